/// When to try again after failures in a row: exponentially later, with jitter so that many do not try at once.
///
/// Times are monotonic, measured from any fixed moment.
public struct RestartBackoff: Hashable, Sendable {
    public static let defaultInitial = Duration.milliseconds(500)
    public static let defaultMaximum = Duration.seconds(30)
    /// The largest part of a delay that chance adds or takes away.
    public static let jitter = 0.2

    public let initial: Duration
    public let maximum: Duration
    /// Failures since the last success.
    public private(set) var failures = 0

    public init(initial: Duration = Self.defaultInitial, maximum: Duration = Self.defaultMaximum) {
        self.initial = min(initial, maximum)
        self.maximum = maximum
    }

    /// Counts a failure and returns the time of the next attempt.
    public mutating func failed(at now: Duration, using generator: inout some RandomNumberGenerator) -> Duration {
        var delay = initial
        for _ in 0..<failures where delay < maximum { delay = min(delay * 2, maximum) }
        if failures < Int.max { failures += 1 }
        return now + min(delay * Double.random(in: (1 - Self.jitter)...(1 + Self.jitter), using: &generator), maximum)
    }

    public mutating func succeeded() {
        failures = 0
    }
}
