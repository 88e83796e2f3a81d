public import Media
import NIOCore

/// Makes RTP packets of a track's samples: the packetizer of its codec.
public enum RTPSamplePacketizer: Sendable {
    case video(VideoPacketizer)
    case aac(AACPacketizer)
    case opus(OpusPacketizer)
    case g711(G711Packetizer)

    /// The clock of a track's timestamps; nil when its codec is not carried or its configuration cannot be read. That of
    /// AAC is the rate of what is heard.
    public static func clockRate(of track: MediaTrack) -> RTPClockRate? {
        switch track.codec {
        case .h264, .hevc: return .video
        case .opus: return .opus
        case .g711ALaw, .g711MuLaw: return .g711
        case .aac:
            guard let configuration = try? AudioSpecificConfig(reading: track.configuration) else { return nil }
            return RTPClockRate(
                hertz: configuration.extension?.samplingFrequency ?? configuration.samplingFrequency
            )
        case .av1, .vp9, .mp3, .ac3, .eac3, .flac: return nil
        }
    }

    /// Nil when the codec is not carried.
    public init?(
        _ track: MediaTrack,
        stream: RTPOutgoingStream,
        maximumPayload: Int = RTPPacketWriter.defaultMaximumPayload
    ) throws(CodecConfigurationError) {
        switch track.codec {
        case .h264, .hevc:
            self = .video(try VideoPacketizer(track, stream: stream, maximumPayload: maximumPayload))
        case .aac:
            self = .aac(
                try AACPacketizer(
                    configuration: track.configuration,
                    stream: stream,
                    maximumPayload: maximumPayload
                )
            )
        case .opus:
            self = .opus(OpusPacketizer(stream: stream))
        case .g711ALaw, .g711MuLaw:
            self = .g711(
                G711Packetizer(
                    stream: stream,
                    channelCount: Int(track.configuration.readableBytesView.first ?? 1),
                    maximumPayload: maximumPayload
                )
            )
        case .av1, .vp9, .mp3, .ac3, .eac3, .flac:
            return nil
        }
    }

    /// Numbers, timestamps and counts of the packets so far.
    public var writer: RTPPacketWriter {
        switch self {
        case .video(let video): video.writer
        case .aac(let audio): audio.writer
        case .opus(let audio): audio.writer
        case .g711(let audio): audio.writer
        }
    }

    /// The packets of a sample; nil for one that cannot be carried.
    public mutating func packetize(_ sample: MediaSample) -> RTPPackets? {
        switch self {
        case .video(var video):
            defer { self = .video(video) }
            return video.packetize(sample)
        case .aac(var audio):
            defer { self = .aac(audio) }
            return audio.packetize(sample)
        case .opus(var audio):
            defer { self = .opus(audio) }
            return audio.packetize(sample)
        case .g711(var audio):
            defer { self = .g711(audio) }
            return audio.packetize(sample)
        }
    }

    /// The configuration of the track changed. Only video goes on under it; what is said of audio in a session description
    /// holds for the whole session.
    ///
    /// - Returns: Whether the packets go on. If not, the description has to be made anew.
    public mutating func configure(_ track: MediaTrack) -> Bool {
        guard case .video(var video) = self else { return false }
        do throws(CodecConfigurationError) {
            try video.configure(track.configuration)
        } catch {
            return false
        }
        self = .video(video)
        return true
    }
}
