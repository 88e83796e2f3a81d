import Media

/// One track of an `RTPSampleReader` behind its receiver: packets in order become events.
struct TrackDecoder: Sendable {
    private(set) var depacketizer: RTPDepacketizer
    /// Of the packets, nil before the first.
    private(set) var ssrc: UInt32?
    let id: MediaTrack.ID

    private let format: RTPPayloadFormat
    private let index: Int
    private var output: TrackOutput

    /// - Parameter index: the track's place in the alignment.
    init(
        _ track: RTPSampleReader.Track,
        index: Int,
        recovery: RTPLossRecovery
    ) throws(CodecConfigurationError) {
        id = track.id
        format = track.format
        self.index = index
        output = TrackOutput(id: track.id, index: index)
        depacketizer = try RTPDepacketizer(track.format, clockRate: track.clockRate, recovery: recovery)
    }

    mutating func consume(
        _ packet: RTPPacket,
        at arrival: MonotonicTime,
        _ alignment: inout RTPClockAlignment,
        _ emit: (RTPSampleReader.Event) -> Void
    ) {
        if let ssrc, ssrc != packet.header.ssrc { alignment.restart(track: index) }
        ssrc = packet.header.ssrc
        switch format {
        case .transportStream:
            if !packet.payload.isEmpty { emit(.transportStream(packet.payload)) }
        case .h264, .h265, .aac, .latm, .opus, .g711:
            depacketizer.consume(packet) { output.handle($0, at: arrival, &alignment, emit) }
        }
    }

    /// Nothing more comes.
    mutating func finish(
        at now: MonotonicTime,
        _ alignment: inout RTPClockAlignment,
        _ emit: (RTPSampleReader.Event) -> Void
    ) {
        depacketizer.finish { output.handle($0, at: now, &alignment, emit) }
    }
}
