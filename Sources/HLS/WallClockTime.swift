/// A moment by the calendar, in milliseconds since 1970 in UTC. Only playlists show it: nothing is timed by it.
public struct WallClockTime: Hashable, Comparable, Sendable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public static func < (left: WallClockTime, right: WallClockTime) -> Bool {
        left.milliseconds < right.milliseconds
    }

    func advanced(byMilliseconds count: Int64) -> WallClockTime {
        WallClockTime(milliseconds: milliseconds &+ count)
    }

    /// The last millisecond of the year 9999.
    private static let maximum: Int64 = 253_402_300_799_999

    /// As ISO 8601 has it: `2026-02-03T04:05:06.789Z`. Moments before 1970 and after 9999 count as those.
    var text: String {
        let clamped = min(max(milliseconds, 0), Self.maximum)
        let (days, rest) = clamped.quotientAndRemainder(dividingBy: 86_400_000)
        let (year, month, day) = Self.date(daysSince1970: days)
        let (hour, inHour) = rest.quotientAndRemainder(dividingBy: 3_600_000)
        let (minute, inMinute) = inHour.quotientAndRemainder(dividingBy: 60_000)
        let (second, millisecond) = inMinute.quotientAndRemainder(dividingBy: 1_000)
        let date = "\(year)-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        let time = "\(Self.padded(hour, 2)):\(Self.padded(minute, 2)):\(Self.padded(second, 2))"
        return "\(date)T\(time).\(Self.padded(millisecond, 3))Z"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Counts in years that begin in March, so that the leap day is the last, and in the 146,097 days of 400 years.
    private static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let sinceMarchOfYear0 = days + 719_468
        let (era, dayOfEra) = sinceMarchOfYear0.quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }
}
