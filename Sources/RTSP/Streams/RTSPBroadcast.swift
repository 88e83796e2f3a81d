import Delivery
import Media
import NIOCore
import RTP

/// The tracks of a stream as packets: what players are told of it, and what they are sent. A pure value.
struct RTSPBroadcast: Sendable {
    /// The first payload type that is free for everybody, RFC 3551 §6.
    static let firstPayloadType: UInt8 = 96
    /// Tracks beyond these are left out.
    static let maximumTracks = RTSPSessionLimits.default.tracks
    /// How long the tracks must be the same before players are told of them: those of a stream that begins are found one
    /// after the other.
    static let settleTime = Duration.milliseconds(500)

    enum Change: Hashable {
        /// Players need not know.
        case none
        /// Whoever plays must begin anew.
        case redescribed
        /// The track is left out.
        case unsupported
    }

    private struct Track: Sendable {
        var media: MediaTrack
        var packetizer: RTPSamplePacketizer
        /// As players are told of it.
        var stream: RTSPStream
    }

    private let wallClock: @Sendable () -> NTPTime
    private var tracks: [Track] = []
    /// Tells descriptions apart.
    private(set) var generation: UInt64 = 0
    private var changedAt: MonotonicTime?
    private var clock = RTPSenderClock()
    private var schedule = RTCPSchedule(startingAt: .zero)
    /// Of the frame that comes next.
    private(set) var nextSequence: UInt64 = 0
    private var hasSamples = false
    private var pictures = PictureWatch()

    private var hasVideo: Bool { tracks.contains { $0.media.codec.isVideo } }

    /// - Parameter wallClock: what sender reports tell.
    init(wallClock: @escaping @Sendable () -> NTPTime) {
        self.wallClock = wallClock
    }

    // MARK: Tracks

    /// A track begins or changed.
    mutating func add(_ media: MediaTrack, at now: MonotonicTime) -> Change {
        if let index = tracks.firstIndex(where: { $0.media.id == media.id }) {
            guard tracks[index].media != media else { return .none }
            if tracks[index].media.codec == media.codec, tracks[index].packetizer.configure(media) {
                tracks[index].media = media
                if let stream = RTSPStream(media, payloadType: tracks[index].stream.payloadType) {
                    tracks[index].stream = stream
                }
                return .none
            }
            guard let track = makeTrack(media, payloadType: tracks[index].stream.payloadType) else {
                tracks.remove(at: index)
                describeAnew(at: now)
                return .unsupported
            }
            tracks[index] = track
        } else {
            guard tracks.count < Self.maximumTracks, let track = makeTrack(media, payloadType: freePayloadType) else {
                return .unsupported
            }
            tracks.append(track)
        }
        describeAnew(at: now)
        return .redescribed
    }

    /// Only these tracks are there any more.
    mutating func keep(only media: [MediaTrack], at now: MonotonicTime) {
        let count = tracks.count
        tracks.removeAll { track in !media.contains { $0.id == track.media.id } }
        guard tracks.count != count else { return }
        pictures = PictureWatch()
        describeAnew(at: now)
    }

    /// The stream ended: players are told of none until the next one runs.
    ///
    /// - Parameter isPlayed: whether somebody waits for it to go on, so that what they were told should hold.
    mutating func end(isPlayed: Bool, at now: MonotonicTime) {
        hasSamples = false
        pictures = PictureWatch()
        if !isPlayed { keep(only: [], at: now) }
        // The tracks of a stream that comes back are found one after the other as well.
        changedAt = nil
    }

    private mutating func describeAnew(at now: MonotonicTime) {
        generation &+= 1
        changedAt = now
    }

    /// One may be free below others, when a track was left out.
    private var freePayloadType: UInt8 {
        let taken = tracks.map(\.stream.payloadType)
        return (Self.firstPayloadType...127).first { !taken.contains($0) } ?? Self.firstPayloadType
    }

    private func makeTrack(_ media: MediaTrack, payloadType: UInt8) -> Track? {
        guard let rate = RTPSamplePacketizer.clockRate(of: media),
            let stream = RTSPStream(media, payloadType: payloadType),
            let packetizer = try? RTPSamplePacketizer(
                media,
                stream: .random(
                    payloadType: payloadType,
                    clockRate: rate,
                    channel: (payloadType - Self.firstPayloadType) * 2
                )
            )
        else { return nil }
        return Track(media: media, packetizer: packetizer, stream: stream)
    }

    /// What players are told; nil while there is nothing to tell, or not all of it yet.
    func description(at now: MonotonicTime) -> SessionDescription? {
        guard hasSamples, let changedAt, now >= changedAt.advanced(by: Self.settleTime), !tracks.isEmpty else {
            return nil
        }
        return SessionDescription(
            origin: "- 0 \(generation) IN IP4 0.0.0.0",
            name: RTSPSessionLimits.agent,
            media: tracks.map { MediaDescription($0.stream) }
        )
    }

    // MARK: Samples

    /// Hands over what is to be sent of a sample, and the reports that are due.
    mutating func add(_ sample: MediaSample, at now: MonotonicTime, emit: (RTSPFrame) -> Void) {
        guard let index = tracks.firstIndex(where: { $0.media.id == sample.track }),
            let packets = tracks[index].packetizer.packetize(sample)
        else { return }
        hasSamples = true
        changedAt = changedAt ?? now
        clock.sampleSent(sample.decodeTime, at: wallClock())
        if schedule.isDue(at: now) {
            schedule.reportSent(at: now, spread: .random(in: 0..<1))
            for report in reports() { emit(report) }
        }
        let isStart = pictures.isStart(sample, isVideo: tracks[index].media.codec.isVideo, hasVideo: hasVideo)
        emit(makeFrame(.packets(packets), track: index, isStart: isStart))
    }

    /// A sender report of each track that is under way.
    mutating func reports() -> [RTSPFrame] {
        guard let (place, time) = clock.report(at: wallClock()) else { return [] }
        return tracks.indices.compactMap { index in
            let writer = tracks[index].packetizer.writer
            guard writer.packetCount > 0 else { return nil }
            var packet = ByteBuffer()
            RTCPReport(
                ssrc: writer.stream.ssrc,
                senderInfo: writer.senderInfo(time: time, mediaTime: place)
            ).write(canonicalName: RTSPSessionLimits.agent, to: &packet)
            return makeFrame(.report(packet), track: index, isStart: false)
        }
    }

    private mutating func makeFrame(_ content: RTSPFrame.Content, track: Int, isStart: Bool) -> RTSPFrame {
        defer { nextSequence &+= 1 }
        return RTSPFrame(
            sequence: nextSequence,
            generation: generation,
            track: track,
            content: content,
            isStart: isStart
        )
    }
}

extension RTSPStream {
    /// What is said of a track that is sent; nil when its configuration cannot be read, or its codec is not carried.
    init?(_ media: MediaTrack, payloadType: UInt8) {
        guard let rate = RTPSamplePacketizer.clockRate(of: media), let hertz = UInt32(exactly: rate.hertz) else {
            return nil
        }
        var channelCount: UInt8?
        let format: RTSPStreamFormat
        switch media.codec {
        case .h264:
            guard let record = try? AVCDecoderConfiguration(reading: media.configuration) else { return nil }
            format = .h264(
                H264Format(
                    sequenceParameterSets: record.sequenceParameterSets,
                    pictureParameterSets: record.pictureParameterSets
                )
            )
        case .hevc:
            guard let record = try? HEVCDecoderConfiguration(reading: media.configuration) else { return nil }
            format = .hevc(
                HEVCFormat(
                    videoParameterSets: record.videoParameterSets,
                    sequenceParameterSets: record.sequenceParameterSets,
                    pictureParameterSets: record.pictureParameterSets
                )
            )
        case .aac:
            guard let record = try? AudioSpecificConfig(reading: media.configuration) else { return nil }
            format = .aac(AACFormat(configuration: media.configuration))
            channelCount = record.channelCount.flatMap { UInt8(exactly: $0) }
        case .opus:
            // More than two channels have no form in RTP, RFC 7587 §4.
            guard let identification = try? OpusIdentification(reading: media.configuration),
                identification.channelCount <= 2
            else { return nil }
            format = .opus(channelCount: Int(identification.channelCount))
        case .g711ALaw, .g711MuLaw:
            format = .g711(media.codec == .g711ALaw ? .a : .mu)
            channelCount = media.configuration.readableBytesView.first ?? 1
        case .av1, .vp9, .mp3, .ac3, .eac3, .flac:
            return nil
        }
        self.init(
            kind: media.codec.isVideo ? .video : .audio,
            payloadType: payloadType,
            clockRate: hertz,
            channelCount: channelCount,
            format: format
        )
    }
}
