import Media

/// Which leg brought which number, and when it came first: for the numbers of the last skew window, and those that wait.
///
/// Memory follows the number of packets in a skew window.
struct LegLedger: Sendable {
    enum Finding: Equatable {
        /// No leg brought it before.
        case first
        /// The other leg brought it this long before.
        case second(delayNanoseconds: Int64)
        /// This leg brought it before.
        case repeated
        /// It was passed without it, or longer ago than the skew window.
        case late
    }

    private static let fewestEntries = 256
    /// Most numbers that are known behind the expected one; then they are forgotten before the skew window is over. Less
    /// than half of all numbers, so that none is taken for one ahead.
    private static let mostBehind = 24_576

    /// Numbers that only the other leg brought within the window, by leg.
    private(set) var missing = (first: UInt64(0), second: UInt64(0))

    private let horizonNanoseconds: Int64
    /// By sequence number; its count is a power of two.
    private var entries: [Entry] = []
    /// The oldest number known.
    private var start: UInt16 = 0
    /// How many numbers are known from `start` on.
    private(set) var count = 0

    private struct Entry: Sendable {
        /// When the number came, or when it was first seen to be missing.
        var arrival = MonotonicTime.zero
        /// A bit for each leg that brought it.
        var legs: UInt8 = 0
    }

    init(horizonNanoseconds: Int64) {
        self.horizonNanoseconds = horizonNanoseconds
    }

    /// How many numbers before `expected` are known.
    func depth(behind expected: UInt16) -> Int { min(Int(expected &- start), count) }

    mutating func begin(at sequence: UInt16) {
        start = sequence
        count = 0
    }

    /// Notes that a leg brought a number. A number from `expected` on always is `first`, `second` or `repeated`.
    mutating func note(
        _ sequence: UInt16,
        of leg: MergeLeg,
        expected: UInt16,
        at arrival: MonotonicTime
    ) -> Finding {
        retire(before: expected, at: arrival)
        let isBehind = sequence &- expected > UInt16.max / 2
        let distance = Int(sequence &- start)
        if isBehind, distance >= count { return .late }
        if distance >= count { extend(to: distance + 1, at: arrival) }
        let index = index(of: sequence)
        let legs = entries[index].legs
        guard legs & leg.bit == 0 else { return .repeated }
        if legs == 0 {
            if isBehind { return .late }
            entries[index] = Entry(arrival: arrival, legs: leg.bit)
            return .first
        }
        let delay = arrival.nanoseconds(since: entries[index].arrival)
        if delay > horizonNanoseconds { return .late }
        entries[index].legs = legs | leg.bit
        return .second(delayNanoseconds: delay)
    }

    /// Forgets what is older than the skew window, or too far behind, and counts what only one leg brought.
    mutating func retire(before expected: UInt16, at now: MonotonicTime) {
        while count > 0, start != expected,
            now.nanoseconds(since: entries[index(of: start)].arrival) > horizonNanoseconds
                || Int(expected &- start) > Self.mostBehind
        {
            retireOldest()
        }
    }

    private func index(of sequence: UInt16) -> Int { Int(sequence) & (entries.count - 1) }

    private mutating func extend(to needed: Int, at arrival: MonotonicTime) {
        if needed > entries.count { grow(toHold: needed) }
        for offset in count..<needed { entries[index(of: start &+ UInt16(offset))] = Entry(arrival: arrival) }
        count = needed
    }

    private mutating func retireOldest() {
        switch entries[index(of: start)].legs {
        case MergeLeg.first.bit: missing.second &+= 1
        case MergeLeg.second.bit: missing.first &+= 1
        default: break
        }
        start &+= 1
        count -= 1
    }

    private mutating func grow(toHold needed: Int) {
        var entryCount = max(entries.count, Self.fewestEntries)
        while entryCount < needed { entryCount *= 2 }
        let old = self
        entries = Array(repeating: Entry(), count: entryCount)
        for offset in 0..<count {
            let sequence = start &+ UInt16(offset)
            entries[index(of: sequence)] = old.entries[old.index(of: sequence)]
        }
    }
}
