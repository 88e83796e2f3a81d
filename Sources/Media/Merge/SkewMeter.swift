/// How far the second leg is behind the first one, from the arrivals of the same number on both. Negative when it is
/// ahead.
public struct SkewMeter: Sendable {
    /// How long a maximum is looked for, and how long a measurement counts when no other comes.
    static let periodNanoseconds: Int64 = 1_000_000_000

    private var smoothed: Int64?
    private var periodStart = MonotonicTime.zero
    private var currentMaximum: Int64 = 0
    private var lastMaximum: Int64 = 0

    public init() {}

    public mutating func measured(_ skew: Int64, at now: MonotonicTime) {
        rollOver(at: now)
        // The gain of RFC 3550 §6.4.1's jitter: a good compromise of noise and speed there, too.
        smoothed = smoothed.map { $0 + (skew - $0) / 16 } ?? skew
        currentMaximum = max(currentMaximum, abs(skew))
    }

    /// Nil when no number came on both legs for more than a period.
    public func reading(at now: MonotonicTime) -> MergeSkew? {
        var meter = self
        meter.rollOver(at: now)
        return meter.smoothed.map {
            MergeSkew(nanoseconds: $0, maximumNanoseconds: max(meter.currentMaximum, meter.lastMaximum))
        }
    }

    private mutating func rollOver(at now: MonotonicTime) {
        let elapsed = now.nanoseconds(since: periodStart)
        guard elapsed >= Self.periodNanoseconds else { return }
        if elapsed >= 2 * Self.periodNanoseconds { self = SkewMeter() }
        periodStart = now
        lastMaximum = currentMaximum
        currentMaximum = 0
    }
}

/// How far apart the legs of a merge are.
public struct MergeSkew: Hashable, Sendable {
    /// How far the second leg is behind the first one, smoothed. Negative when it is ahead.
    public var nanoseconds: Int64
    /// The farthest that they were apart in the last second or two, whichever was behind.
    public var maximumNanoseconds: Int64
}
