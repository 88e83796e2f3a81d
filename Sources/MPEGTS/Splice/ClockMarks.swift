/// The last packets of a stream that had a PCR, `ClockMark.maximumCount` at the most.
struct ClockMarks: Sendable {
    /// A ring, once it is full.
    private var kept: [ClockMark] = []
    private var count = 0

    mutating func append(_ mark: ClockMark) {
        if kept.count < ClockMark.maximumCount {
            kept.append(mark)
        } else {
            kept[count % ClockMark.maximumCount] = mark
        }
        count &+= 1
    }

    mutating func removeAll() {
        kept.removeAll(keepingCapacity: true)
        count = 0
    }

    var newestFirst: some Sequence<ClockMark> {
        (0..<kept.count).lazy.map { kept[(count - 1 - $0) % ClockMark.maximumCount] }
    }
}
