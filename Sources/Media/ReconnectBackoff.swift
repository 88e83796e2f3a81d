/// When a caller tries again: twice as long after each failure, up to a limit, with jitter so that callers that lost
/// the same far side do not come back together.
public struct ReconnectBackoff: Hashable, Sendable {
    public static let initial: Duration = .milliseconds(500)
    public static let maximum: Duration = .seconds(10)
    /// A connection that held this long starts again from the initial delay.
    public static let steadyNanoseconds: Int64 = 10_000_000_000

    public private(set) var failures = 0

    public init() {}

    /// The moment of the next attempt. `jitter` is random in 0..<1 and spreads the delay over 75 to 125 per cent.
    public mutating func attemptFailed(at now: MonotonicTime, jitter: Double) -> MonotonicTime {
        let doubled = Self.initial * (1 << min(failures, 16))
        let delay = min(doubled, Self.maximum)
        failures = min(failures + 1, 1_000)
        return now.advanced(by: delay * (0.75 + 0.5 * jitter))
    }

    /// The moment of the next attempt after a connection that had been up since `connected`.
    public mutating func connectionLost(
        since connected: MonotonicTime,
        at now: MonotonicTime,
        jitter: Double
    ) -> MonotonicTime {
        if now.nanoseconds(since: connected) >= Self.steadyNanoseconds { failures = 0 }
        return attemptFailed(at: now, jitter: jitter)
    }
}
