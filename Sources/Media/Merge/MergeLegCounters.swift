/// What a merge counted of one leg, in packets: RTP's, or those of a transport stream. Counters only grow.
///
/// Each received packet is one of `used`, `duplicates`, `repeated`, `late` and `outOfRange`, but for those that wait.
public struct MergeLegCounters: Hashable, Sendable {
    /// Packets that could be read, whatever became of them.
    public var received: UInt64 = 0
    /// Packets that this leg brought first, in time to be passed on.
    public var used: UInt64 = 0
    /// Packets that the other leg had brought before.
    public var duplicates: UInt64 = 0
    /// Packets that this leg had brought before.
    public var repeated: UInt64 = 0
    /// Packets that came after they were given up, or farther behind the other leg than the skew window.
    public var late: UInt64 = 0
    /// Packets that the other leg brought and this one did not within the skew window, also while it was silent.
    public var missing: UInt64 = 0
    /// Packets that fit neither the stream nor a new one, and were not passed on.
    public var outOfRange: UInt64 = 0
    /// Datagrams that could not be read.
    public var malformed: UInt64 = 0

    public init() {}
}
