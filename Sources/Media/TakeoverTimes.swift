/// The times of the pictures of a stream that takes over, by their distance from its present: from the picture with which
/// it begins, over the past ones, to those that come when it has taken over.
///
/// The past ones are moved closer together so that they fit behind what went before. Where even that does not make room
/// enough the present picture is late, and those after it are closer together until nothing is left of that: what one
/// takeover costs is not added to by the next. Only the pictures are moved: sound and clock are where they should be.
///
/// All times are ticks of 90 kHz.
public struct TakeoverTimes: Hashable, Sendable {
    /// How long it takes until pictures are in time again: 1 s.
    public static let settlingTicks = MediaTime.ticksPerSecond

    /// By how much the present picture is late.
    public let lateness: Int64
    /// Where the past begins.
    public var from: Int64 { past.from }
    private let past: SqueezedSpan
    private let settling: SqueezedSpan

    /// Moves nothing but what has to be.
    ///
    /// - Parameters:
    ///   - from: where the past begins.
    ///   - begin: where it may begin; later than the present when what went before reaches beyond it.
    ///   - room: what the past pictures need at the least, to the present one.
    public init(from: Int64, begin: Int64, room: Int64) {
        lateness = max(0, begin &+ room)
        past = SqueezedSpan(from: from, to: 0, begin: begin &- lateness)
        // However late, a picture keeps a ninth of its distance from the one before.
        settling = SqueezedSpan(from: 0, to: max(Self.settlingTicks, lateness &+ lateness / 8), begin: lateness)
    }

    /// Keeps the order: decode and presentation times of all pictures are moved alike.
    public func move(_ ticks: Int64) -> Int64 {
        ticks < 0 ? past.move(ticks) &+ lateness : settling.move(ticks)
    }

    /// Whether times so far from the present are moved, though they are not past.
    public func isSettling(at ticks: Int64) -> Bool { lateness > 0 && ticks >= 0 && ticks < settling.to }
}
