public import Media

/// Puts the packets of one track in order for its depacketizer, and counts them for receiver reports.
///
/// Packets of other payload types, which some senders mix in, are left out without counting as lost.
public struct RTPTrackReceiver: Sendable {
    /// What a receiver report tells.
    public private(set) var statistics: RTCPReceptionStatistics
    /// What was counted of the packets.
    public var counters: RTPReceiverCounters { receiver.counters }
    /// Packets of other payload types.
    public var otherPayloadTypes: UInt64 { order.others }

    /// When `tick` has something to do; nil while nothing waits.
    public var deadline: MonotonicTime? { receiver.deadline }

    private var receiver: RTPReceiver
    private var order: DeliveryOrder

    public init(
        payloadType: UInt8,
        clockRate: RTPClockRate,
        windowPackets: Int = RTPReceiver.Configuration.defaultWindowPackets,
        windowTime: Duration = RTPReceiver.Configuration.defaultWindowTime
    ) {
        order = DeliveryOrder(payloadType: payloadType)
        statistics = RTCPReceptionStatistics(clockRate: clockRate)
        receiver = RTPReceiver(
            configuration: RTPReceiver.Configuration(
                windowPackets: windowPackets,
                windowTime: windowTime,
                passesHeaders: true
            )
        )
    }

    /// Takes a datagram and passes on the packets that are now in order. They are valid during the call.
    public mutating func receive(
        _ datagram: UnsafeRawBufferPointer,
        at arrival: MonotonicTime,
        deliver: (RTPPacket) -> Void
    ) {
        if let header = RTPHeader(decoding: datagram) { statistics.packetReceived(header, at: arrival) }
        receiver.receive(datagram, at: arrival) { order.pass($0, deliver) }
    }

    /// Gives up gaps that have waited long enough. To be called at `deadline`.
    public mutating func tick(at now: MonotonicTime, deliver: (RTPPacket) -> Void) {
        receiver.tick(at: now) { order.pass($0, deliver) }
    }

    /// Passes on everything that waits, as when the track ended.
    public mutating func flush(deliver: (RTPPacket) -> Void) {
        receiver.flush { order.pass($0, deliver) }
    }

    /// A sender report of the track came.
    public mutating func reportReceived(_ info: RTCPSenderInfo, at arrival: MonotonicTime) {
        statistics.reportReceived(info, at: arrival)
    }

    /// What to report of the track; it counts as reported then. Nil before the first packet.
    public mutating func makeReport(at now: MonotonicTime) -> RTCPReportBlock? {
        statistics.makeReport(at: now)
    }
}

/// What was passed on last, and what is missing since then.
private struct DeliveryOrder {
    let payloadType: UInt8
    private(set) var others: UInt64 = 0
    private var last: (ssrc: UInt32, sequence: UInt16)?
    /// Packets are missing since the last one of the payload type.
    private var hasGap = false

    init(payloadType: UInt8) {
        self.payloadType = payloadType
    }

    mutating func pass(_ datagram: UnsafeRawBufferPointer, _ deliver: (RTPPacket) -> Void) {
        guard let header = RTPHeader(decoding: datagram) else { return }
        if let last, last.ssrc != header.ssrc || last.sequence &+ 1 != header.sequenceNumber { hasGap = true }
        last = (header.ssrc, header.sequenceNumber)
        guard header.payloadType == payloadType else { return others &+= 1 }
        let payload = UnsafeRawBufferPointer(rebasing: datagram[header.payloadRange])
        deliver(RTPPacket(header: header, payload: payload, lostBefore: hasGap))
        hasGap = false
    }
}
