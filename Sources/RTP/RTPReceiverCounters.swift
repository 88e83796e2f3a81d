/// What an `RTPReceiver` counted. Counters only grow.
public struct RTPReceiverCounters: Hashable, Sendable {
    /// RTP packets of the stream that were decoded, whatever became of them.
    public var received: UInt64 = 0
    /// Payloads passed on.
    public var delivered: UInt64 = 0
    /// Sequence numbers that had not come when their time was up.
    public var lost: UInt64 = 0
    /// Packets that came again.
    public var duplicated: UInt64 = 0
    /// Packets that came behind a later one, in time to be put in order.
    public var reordered: UInt64 = 0
    /// Packets that came after they had been given up as lost; they stay counted there.
    public var late: UInt64 = 0
    /// Datagrams that are not RTP.
    public var malformed: UInt64 = 0
    /// Packets that fit neither the stream nor a new one, and were not passed on.
    public var outOfRange: UInt64 = 0
    /// How often another SSRC took over.
    public var ssrcChanges: UInt64 = 0
    /// How often the sequence numbers started anew under the same SSRC.
    public var restarts: UInt64 = 0

    public init() {}
}
