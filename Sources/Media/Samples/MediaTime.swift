/// A moment on a stream's own timeline, in ticks of 90 kHz: the clock of MPEG-TS, and a whole number of them makes the
/// millisecond of RTMP.
///
/// It does not wrap: whoever reads a format whose clock wraps unwraps it first.
public struct MediaTime: Hashable, Comparable, Sendable {
    public static let ticksPerSecond: Int64 = 90_000
    public static let ticksPerMillisecond: Int64 = 90

    public var ticks: Int64

    @inlinable
    public init(ticks: Int64) {
        self.ticks = ticks
    }

    @inlinable
    public init(milliseconds: Int64) {
        self.ticks = milliseconds &* Self.ticksPerMillisecond
    }

    public static let zero = MediaTime(ticks: 0)

    /// Rounded to the nearest millisecond.
    @inlinable
    public var milliseconds: Int64 {
        let half = ticks >= 0 ? Self.ticksPerMillisecond / 2 : -Self.ticksPerMillisecond / 2
        return (ticks &+ half) / Self.ticksPerMillisecond
    }

    @inlinable
    public static func < (left: MediaTime, right: MediaTime) -> Bool {
        left.ticks < right.ticks
    }

    @inlinable
    public func advanced(byTicks count: Int64) -> MediaTime {
        MediaTime(ticks: ticks &+ count)
    }

    /// From `earlier` to this moment; negative when it is later.
    @inlinable
    public func ticks(since earlier: MediaTime) -> Int64 {
        ticks &- earlier.ticks
    }
}
