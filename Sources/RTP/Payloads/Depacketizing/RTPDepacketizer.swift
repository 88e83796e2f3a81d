import Media
import NIOCore

/// The depacketizer of a track's format. Each call takes it out of its case and puts it back, so that its memory has one
/// owner.
enum RTPDepacketizer: Sendable {
    /// Payloads are passed on as they are.
    case none
    case h264(H264Depacketizer)
    case h265(H265Depacketizer)
    case aac(AACDepacketizer)
    case latm(LATMDepacketizer)
    case opus(OpusDepacketizer)
    case g711(G711Depacketizer)

    init(
        _ format: RTPPayloadFormat,
        clockRate: RTPClockRate,
        recovery: RTPLossRecovery
    ) throws(CodecConfigurationError) {
        switch format {
        case .h264(let sets): self = .h264(H264Depacketizer(parameterSets: sets, recovery: recovery))
        case .h265(let sets): self = .h265(H265Depacketizer(parameterSets: sets, recovery: recovery))
        case .aac(let configuration, let layout):
            self = .aac(try AACDepacketizer(configuration: configuration, clockRate: clockRate, layout: layout))
        case .latm(let configuration, let isInBand):
            self = .latm(
                try LATMDepacketizer(
                    configuration: configuration,
                    isConfigurationInBand: isInBand,
                    clockRate: clockRate
                )
            )
        case .opus(let channelCount): self = .opus(try OpusDepacketizer(channelCount: channelCount))
        case .g711(let codec, let channelCount):
            self = .g711(G711Depacketizer(codec: codec, channelCount: channelCount))
        case .transportStream: self = .none
        }
    }

    var counters: RTPDepacketizerCounters {
        switch self {
        case .none: RTPDepacketizerCounters()
        case .h264(let video): video.counters
        case .h265(let video): video.counters
        case .aac(let audio): audio.counters
        case .latm(let audio): audio.counters
        case .opus(let audio): audio.counters
        case .g711(let audio): audio.counters
        }
    }

    mutating func consume(_ packet: RTPPacket, _ emit: (RTPDepacketizerEvent) -> Void) {
        switch take() {
        case .none:
            break
        case .h264(var video):
            video.consume(packet, emit)
            self = .h264(video)
        case .h265(var video):
            video.consume(packet, emit)
            self = .h265(video)
        case .aac(var audio):
            audio.consume(packet, emit)
            self = .aac(audio)
        case .latm(var audio):
            audio.consume(packet, emit)
            self = .latm(audio)
        case .opus(var audio):
            audio.consume(packet, emit)
            self = .opus(audio)
        case .g711(var audio):
            audio.consume(packet, emit)
            self = .g711(audio)
        }
    }

    /// Nothing more comes.
    mutating func finish(_ emit: (RTPDepacketizerEvent) -> Void) {
        switch take() {
        case .none:
            break
        case .h264(var video):
            video.finish(emit)
            self = .h264(video)
        case .h265(var video):
            video.finish(emit)
            self = .h265(video)
        case .aac(let audio):
            self = .aac(audio)
        case .latm(var audio):
            audio.finish(emit)
            self = .latm(audio)
        case .opus(let audio):
            self = .opus(audio)
        case .g711(let audio):
            self = .g711(audio)
        }
    }

    private mutating func take() -> RTPDepacketizer {
        var depacketizer = RTPDepacketizer.none
        swap(&depacketizer, &self)
        return depacketizer
    }
}
