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

/// What an `RTPMerger` counted of one leg. Counters only grow.
///
/// Each received packet is one of `used`, `duplicates`, `repeated`, `late` and `outOfRange`, but for one that may be on
/// probation.
public struct RTPMergerLegCounters: Hashable, Sendable {
    /// RTP packets that were decoded, whatever became of them.
    public var received: UInt64 = 0
    /// Packets that this leg brought first, in time to be passed on.
    public var used: UInt64 = 0
    /// Packets that the other leg had brought before.
    public var duplicates: UInt64 = 0
    /// Packets that this leg had brought before.
    public var repeated: UInt64 = 0
    /// Packets that came after their number was given up, or farther behind the other leg than the skew window.
    public var late: UInt64 = 0
    /// Numbers that the other leg brought and this one did not within the skew window, also while it was silent.
    public var missing: UInt64 = 0
    /// Packets that fit neither the stream nor a new one, and were not passed on.
    public var outOfRange: UInt64 = 0
    /// Datagrams that are not RTP.
    public var malformed: UInt64 = 0

    public init() {}
}
