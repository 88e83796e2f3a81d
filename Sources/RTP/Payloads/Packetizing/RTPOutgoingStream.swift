/// What tells a track's packets from others', chosen once for all its readers.
public struct RTPOutgoingStream: Hashable, Sendable {
    /// 7 bits.
    public var payloadType: UInt8
    /// Of the timestamps.
    public var clockRate: RTPClockRate
    /// Chosen at random, as are the next two, RFC 3550 §5.1.
    public var ssrc: UInt32
    /// Of the first packet.
    public var firstSequenceNumber: UInt16
    /// What is added to each timestamp.
    public var timestampOffset: UInt32
    /// On which the packets go on an RTSP connection, unless a reader chooses another.
    public var channel: UInt8

    public init(
        payloadType: UInt8,
        clockRate: RTPClockRate,
        ssrc: UInt32,
        firstSequenceNumber: UInt16,
        timestampOffset: UInt32,
        channel: UInt8 = 0
    ) {
        self.payloadType = payloadType
        self.clockRate = clockRate
        self.ssrc = ssrc
        self.firstSequenceNumber = firstSequenceNumber
        self.timestampOffset = timestampOffset
        self.channel = channel
    }

    /// With numbers chosen at random.
    public static func random(payloadType: UInt8, clockRate: RTPClockRate, channel: UInt8 = 0) -> RTPOutgoingStream {
        RTPOutgoingStream(
            payloadType: payloadType,
            clockRate: clockRate,
            ssrc: .random(in: .min ... .max),
            firstSequenceNumber: .random(in: .min ... .max),
            timestampOffset: .random(in: .min ... .max),
            channel: channel
        )
    }
}
