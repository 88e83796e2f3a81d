/// What a `TSMerger` counted of both legs together, in transport stream packets. Counters only grow.
public struct TSMergerCounters: Hashable, Sendable {
    /// Packets passed on.
    public var delivered: UInt64 = 0
    /// Packets that came on neither leg in time, as far as the continuity counters of what was passed on tell: for each
    /// PID that went on elsewhere than it ended, the difference, which is less than 16 however many are missing. A loss
    /// that the caller told of while the other leg was silent, and that no counter shows, counts as one. Null packets are
    /// never counted. An encoder that starts anew, or another stream that takes over, counts as a loss, too.
    public var lost: UInt64 = 0
    /// How often that was.
    public var gaps: UInt64 = 0
    /// How often a leg went on with packets of which nothing tells how they follow those passed on before: the other leg
    /// had fallen silent.
    public var restarts: UInt64 = 0

    public init() {}
}
