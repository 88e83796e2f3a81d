/// How far apart keyframes are.
struct KeyframeRhythm: Sendable {
    private static let memory = 8

    private var last: Int64?
    private var intervals: [Int64] = []

    init() {}

    /// The longest of the last intervals, in ticks; 0 as long as there is none.
    var longest: Int64 { intervals.max() ?? 0 }

    mutating func note(keyframeAt decodeTime: Int64) {
        if let last, decodeTime > last {
            if intervals.count == Self.memory { intervals.removeFirst() }
            intervals.append(decodeTime - last)
        }
        last = decodeTime
    }
}
