public import Media

/// A rate over about the last second, from a counter that only grows.
public struct RateMeter: Sendable {
    /// Shorter spans would make the figure jump with each burst.
    private static let minimumSpanNanoseconds: Int64 = 900_000_000

    private var sampledBytes: UInt64 = 0
    private var sampledAt: MonotonicTime?
    /// In bits per second.
    public private(set) var bitsPerSecond: Int64 = 0

    public init() {}

    /// Call it often; it takes a sample once a second.
    ///
    /// - Returns: The span that a new rate covers, in nanoseconds; nil while the rate stays as it was.
    @discardableResult
    public mutating func sample(bytes: UInt64, at now: MonotonicTime) -> Int64? {
        guard let last = sampledAt else {
            sampledBytes = bytes
            sampledAt = now
            return nil
        }
        let span = now.nanoseconds(since: last)
        guard span >= Self.minimumSpanNanoseconds else { return nil }
        let delta = bytes >= sampledBytes ? bytes - sampledBytes : bytes
        bitsPerSecond = Int64(Double(delta) * 8 * 1e9 / Double(span))
        sampledBytes = bytes
        sampledAt = now
        return span
    }
}
