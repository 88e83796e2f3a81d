/// Counts timestamps of 32 bits on, past their wrap.
struct RTPTimestampUnwrapper: Hashable, Sendable {
    /// The last one, counted on.
    private(set) var last: Int64?

    init() {}

    /// The next timestamp: less than half of all timestamps away from the last one, before or after it.
    mutating func unwrap(_ timestamp: UInt32) -> Int64 {
        let unwrapped = near(timestamp)
        last = unwrapped
        return unwrapped
    }

    /// Where a timestamp is that is not the next, as one of a report.
    func near(_ timestamp: UInt32) -> Int64 {
        guard let last else { return Int64(timestamp) }
        let step = Int32(bitPattern: timestamp &- UInt32(truncatingIfNeeded: last))
        return last &+ Int64(step)
    }
}
