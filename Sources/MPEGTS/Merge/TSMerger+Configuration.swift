extension TSMerger {
    public struct Configuration: Hashable, Sendable {
        /// How long a missing packet is waited for, and how far behind a leg may be.
        public var skewWindow: Duration

        public init(skewWindow: Duration = .milliseconds(200)) {
            self.skewWindow = skewWindow
        }
    }

    /// Most packets of a leg that wait: 2 s at 15 Mbit/s, or the whole window at less.
    public static let maximumHeldPackets = 20_000
    /// So many packets in a row, of which so many are distinctive, tell a place in the stream.
    static let shortestRun = 4
    static let distinctiveInRun = 2
    /// Where these many packets do not hold enough distinctive ones, there is nothing to go by.
    static let longestRun = 256
    /// At most so many packets of a leg's message came with the end of the other's.
    static let longestOverlap = 32
    /// From so many packets on that wait, their place is looked for only each `searchInterval`.
    static let fewHeldPackets = 64
    static let searchInterval = Duration.milliseconds(5)
}

/// What a `TSMerger` counted of both legs together, in packets. Counters only grow.
public struct TSMergerCounters: Hashable, Sendable {
    /// Passed on.
    public var delivered: UInt64 = 0
    /// How often the stream went on behind packets that had come on neither leg. How many those were cannot be told: the
    /// packets of a transport stream are not numbered through.
    public var gaps: UInt64 = 0

    public init() {}
}
