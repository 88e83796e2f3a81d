import Media

/// How many ticks a second the timestamps of a payload type count.
public struct RTPClockRate: Hashable, Sendable {
    /// What rates may be: that of any audio and video is far within.
    public static let limits = 1_000...1_000_000

    /// Ticks a second.
    public let hertz: Int

    /// Nil when the rate is beyond the limits.
    public init?(hertz: Int) {
        guard Self.limits.contains(hertz) else { return nil }
        self.hertz = hertz
    }

    private init(known hertz: Int) {
        self.hertz = hertz
    }

    /// Of video and transport streams.
    public static let video = RTPClockRate(known: 90_000)
    /// Of Opus, RFC 7587 §4.1, whatever the audio's own rate is.
    public static let opus = RTPClockRate(known: 48_000)
    /// Of G.711, RFC 3551 §4.5.14.
    public static let g711 = RTPClockRate(known: 8_000)

    /// A span of this clock in 90 kHz ticks, rounded to the nearest.
    func mediaTicks(_ span: Int64) -> Int64 {
        Self.scale(span, from: Int64(hertz), to: MediaTime.ticksPerSecond)
    }

    /// A span of 90 kHz ticks in those of this clock, rounded to the nearest.
    func ticks(_ mediaTicks: Int64) -> Int64 {
        Self.scale(mediaTicks, from: MediaTime.ticksPerSecond, to: Int64(hertz))
    }

    /// Whole seconds apart from the rest, so that nothing overflows that has a meaning. Rounds half up.
    private static func scale(_ span: Int64, from: Int64, to: Int64) -> Int64 {
        var (seconds, rest) = span.quotientAndRemainder(dividingBy: from)
        if rest < 0 {
            seconds &-= 1
            rest += from
        }
        return seconds &* to &+ (rest * to + from / 2) / from
    }
}
