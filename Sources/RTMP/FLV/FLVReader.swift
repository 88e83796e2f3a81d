package import Media
import NIOCore

/// Turns the audio, video and data messages of one publisher into tracks, samples and metadata.
///
/// Reads the tags of FLV (Video File Format 10.1 §E.4) and of enhanced RTMP. Payloads are slices of the messages, not
/// copies. Of several tracks of a kind, the one that comes first is read. Aggregate messages come taken apart.
package struct FLVReader: Sendable {
    package static let videoTrack = MediaTrack.ID.video
    package static let audioTrack = MediaTrack.ID.firstAudio

    /// What is known of the one track of a kind.
    struct TrackState: Sendable {
        let id: MediaTrack.ID
        /// The track as it was last told about.
        var announced: MediaTrack?
        var toldUnsupported = false
        var lastDecodeTime: MediaTime?
        /// The number in multitrack messages of the track that is read.
        var number: UInt8?
    }

    package internal(set) var counters = FLVReaderCounters()
    var video = TrackState(id: Self.videoTrack)
    var audio = TrackState(id: Self.audioTrack)
    private var unwrapper = TimestampUnwrapper()
    private let metadataDecoder = AMFDecoder()

    package init() {}

    /// The tracks that were told about.
    package var tracks: [MediaTrack] { [video.announced, audio.announced].compactMap { $0 } }

    /// Reads one message and hands what it says to `emit`; nothing for what is passed over, which `counters` shows.
    package mutating func read(_ message: RTMPMessage, _ emit: (FLVEvent) -> Void) throws(FLVError) {
        switch message.type {
        case .video: try readVideo(message, emit)
        case .audio: try readAudio(message, emit)
        case .dataAMF0, .dataAMF3: readData(message, emit)
        default: counters.ignored &+= 1
        }
    }

    /// The same, with the events in a list.
    package mutating func read(_ message: RTMPMessage) throws(FLVError) -> [FLVEvent] {
        var events: [FLVEvent] = []
        try read(message) { events.append($0) }
        return events
    }

    private mutating func readVideo(_ message: RTMPMessage, _ emit: (FLVEvent) -> Void) throws(FLVError) {
        var body = message.payload
        // Encoders send empty messages to keep the connection alive.
        guard let first = body.readInteger(as: UInt8.self) else { return counters.ignored &+= 1 }
        guard first & 0x80 == 0 else { return try readEnhancedVideo(first, body, at: message.timestamp, emit) }
        let frameType = first >> 4
        guard frameType != FLVFrameType.command else { return counters.ignored &+= 1 }
        let codec: Codec
        switch FLVVideoCodec(rawValue: first & 0x0f) {
        case .avc: codec = .h264
        case .hevc: codec = .hevc
        case let other: return unsupported(.video, other.name, emit)
        }
        guard let packetType = body.readInteger(as: UInt8.self) else { throw .truncated(.video) }
        switch packetType {
        case FLVLegacyPacket.sequenceHeader:
            guard body.readUInt24() != nil else { throw .truncated(.video) }
            try configure(.video, codec, body, emit)
        case FLVLegacyPacket.coded:
            guard let composition = body.readInt24() else { throw .truncated(.video) }
            let isKey = frameType == FLVFrameType.key || frameType == FLVFrameType.generatedKey
            sample(.video, codec, body, at: message.timestamp, composition: composition, isKeyframe: isKey, emit)
        default: counters.ignored &+= 1
        }
    }

    private mutating func readAudio(_ message: RTMPMessage, _ emit: (FLVEvent) -> Void) throws(FLVError) {
        var body = message.payload
        guard let first = body.readInteger(as: UInt8.self) else { return counters.ignored &+= 1 }
        switch FLVSoundFormat(rawValue: first >> 4) {
        case .enhanced: try readEnhancedAudio(first, body, at: message.timestamp, emit)
        case .mp3, .mp3At8kHz: sample(.audio, .mp3, body, at: message.timestamp, isKeyframe: true, emit)
        case .aac:
            guard let packetType = body.readInteger(as: UInt8.self) else { throw .truncated(.audio) }
            switch packetType {
            case FLVLegacyPacket.sequenceHeader: try configure(.audio, .aac, body, emit)
            case FLVLegacyPacket.coded: sample(.audio, .aac, body, at: message.timestamp, isKeyframe: true, emit)
            default: counters.ignored &+= 1
            }
        case let other: unsupported(.audio, other.name, emit)
        }
    }

    private mutating func readData(_ message: RTMPMessage, _ emit: (FLVEvent) -> Void) {
        // Nothing depends on metadata: what is malformed does not end the stream.
        guard let values = try? metadataDecoder.decodeAll(of: message),
            let metadata = FLVMetadata.object(in: values)
        else { return counters.ignored &+= 1 }
        emit(.metadata(metadata))
    }
}

/// What legacy and enhanced tags have in common.
extension FLVReader {
    /// Of which there is one track each.
    enum Kind {
        case video, audio

        var messageType: RTMPMessageType {
            switch self {
            case .video: .video
            case .audio: .audio
            }
        }
    }

    subscript(_ kind: Kind) -> TrackState {
        _read {
            switch kind {
            case .video: yield video
            case .audio: yield audio
            }
        }
        _modify {
            switch kind {
            case .video: yield &video
            case .audio: yield &audio
            }
        }
    }

    /// A sequence header: tells about the track when it is new.
    mutating func configure(
        _ kind: Kind,
        _ codec: Codec,
        _ configuration: ByteBuffer,
        _ emit: (FLVEvent) -> Void
    ) throws(FLVError) {
        // Some encoders send an empty header before they know better.
        guard configuration.readableBytes > 0 else { return counters.ignored &+= 1 }
        guard configuration.readableBytes <= FLVLimits.configurationBytes else {
            throw .configurationTooLarge(configuration.readableBytes)
        }
        guard configuration.readableBytes >= codec.minimumConfigurationBytes else {
            throw .invalidConfiguration(codec)
        }
        announce(kind, MediaTrack(id: self[kind].id, codec: codec, configuration: configuration), emit)
    }

    mutating func sample(
        _ kind: Kind,
        _ codec: Codec,
        _ payload: ByteBuffer,
        at timestamp: UInt32,
        composition: Int32 = 0,
        isKeyframe: Bool,
        _ emit: (FLVEvent) -> Void
    ) {
        if self[kind].announced?.codec != codec {
            guard !codec.needsConfiguration else { return counters.unconfiguredSamples &+= 1 }
            announce(kind, MediaTrack(id: self[kind].id, codec: codec), emit)
        }
        guard payload.readableBytes > 0 else { return counters.ignored &+= 1 }
        let came = unwrapper.unwrap(timestamp)
        let decodeTime = max(came, self[kind].lastDecodeTime ?? came)
        self[kind].lastDecodeTime = decodeTime
        if decodeTime != came { counters.correctedTimes &+= 1 }
        // A picture whose decoding was put off is still shown when it should be.
        let offset =
            Int64(composition) * MediaTime.ticksPerMillisecond &- (codec.isVideo ? decodeTime.ticks(since: came) : 0)
        emit(
            .sample(
                MediaSample(
                    track: self[kind].id,
                    decodeTime: decodeTime,
                    compositionOffset: offset,
                    isKeyframe: isKeyframe,
                    payload: payload
                )
            )
        )
    }

    mutating func unsupported(_ kind: Kind, _ name: String, _ emit: (FLVEvent) -> Void) {
        counters.unsupported &+= 1
        guard !self[kind].toldUnsupported else { return }
        self[kind].toldUnsupported = true
        emit(.unsupportedCodec(track: self[kind].id, name: String(name.prefix(FLVLimits.codecNameBytes))))
    }

    private mutating func announce(_ kind: Kind, _ track: MediaTrack, _ emit: (FLVEvent) -> Void) {
        guard self[kind].announced != track else { return }
        var kept = track
        // Kept for as long as the stream runs: not as a slice, which would hold the memory that it came in.
        kept.configuration = ByteBuffer(bytes: track.configuration.readableBytesView)
        self[kind].announced = kept
        emit(.track(kept))
    }
}
