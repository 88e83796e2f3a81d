/// What an `RTPMerger` counted of both legs together. Counters only grow.
public struct RTPMergerCounters: Hashable, Sendable {
    /// Payloads passed on.
    public var delivered: UInt64 = 0
    /// Sequence numbers that had come on neither leg when their time was up.
    public var lost: UInt64 = 0
    /// Packets that came behind a later one, of either leg, in time to be put in order.
    public var reordered: UInt64 = 0
    /// How often the sequence numbers started anew under the same SSRC.
    public var restarts: UInt64 = 0
    /// How often another SSRC took over.
    public var ssrcChanges: UInt64 = 0

    public init() {}
}
