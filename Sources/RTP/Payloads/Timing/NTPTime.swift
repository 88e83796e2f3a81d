/// Wall-clock time as RTCP tells it: seconds since 1900 in 32 bits, and their fraction in 32 more, RFC 3550 §4.
public struct NTPTime: Hashable, Sendable {
    /// From 1900 to 1970, in seconds.
    private static let unixEpoch: Int64 = 2_208_988_800

    /// Seconds and fraction as on the wire.
    public var rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// - Parameter unixNanoseconds: since 1970.
    public init(unixNanoseconds: Int64) {
        var (seconds, rest) = unixNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest < 0 {
            seconds -= 1
            rest += 1_000_000_000
        }
        let fraction = UInt64(rest) << 32 / 1_000_000_000
        rawValue = UInt64(bitPattern: seconds &+ Self.unixEpoch) << 32 | fraction
    }

    /// What senders without a clock say, §6.4.1.
    public static let unknown = NTPTime(rawValue: 0)

    /// The middle 32 bits: 1/65,536 seconds.
    public var middle: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 16) }

    /// This many 90 kHz ticks later.
    func advanced(byMediaTicks ticks: Int64) -> NTPTime {
        var (seconds, rest) = ticks.quotientAndRemainder(dividingBy: 90_000)
        if rest < 0 {
            seconds -= 1
            rest += 90_000
        }
        let fraction = UInt64(rest) << 32 / 90_000
        return NTPTime(rawValue: rawValue &+ UInt64(bitPattern: seconds << 32) &+ fraction)
    }

    /// From `earlier` to this moment in 90 kHz ticks, rounded to the nearest; negative when it is later. Right for spans
    /// below 68 years.
    func mediaTicks(since earlier: NTPTime) -> Int64 {
        let span = Int64(bitPattern: rawValue &- earlier.rawValue)
        let fraction = span & 0xFFFF_FFFF
        return (span >> 32) * 90_000 + (fraction * 90_000 + 1 << 31) >> 32
    }
}
