/// The past of a stream that takes over: from the picture with which it can begin to the present, of which the front
/// does not fit behind what went before. Its times are moved closer together, in order, so that a decoder gets through
/// the past pictures and is there for the present one.
///
/// All times are ticks of one clock.
@frozen
public struct SqueezedSpan: Hashable, Sendable {
    /// Where the past begins.
    public var from: Int64
    /// The present: it and what is after it stays.
    public var to: Int64
    /// Where the past may begin.
    public var begin: Int64

    @inlinable
    public init(from: Int64, to: Int64, begin: Int64) {
        self.from = from
        self.to = to
        self.begin = begin
    }

    /// Keeps the order. A past that fits stays as it is.
    public func move(_ ticks: Int64) -> Int64 {
        guard from < begin, ticks < to, to > from else { return ticks }
        guard ticks > from else { return begin }
        let share = Double(ticks &- from) / Double(to &- from)
        return begin &+ Int64(share * Double(to &- begin))
    }
}
