import Glibc

/// A moment of the wall clock, written as RFC 3339 in UTC.
struct Timestamp: Equatable {
    /// Seconds since 1970.
    var seconds: Int
    var milliseconds: Int

    static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
    }

    /// `2026-01-02T03:04:05.678Z`
    var text: String {
        var moment = tm()
        var seconds = time_t(seconds)
        // Fails only for years that do not fit an Int32, and then leaves zeros.
        gmtime_r(&seconds, &moment)
        let date = "\(padded(1900 &+ moment.tm_year, 4))-\(padded(moment.tm_mon &+ 1, 2))-\(padded(moment.tm_mday, 2))"
        let time = "\(padded(moment.tm_hour, 2)):\(padded(moment.tm_min, 2)):\(padded(moment.tm_sec, 2))"
        return "\(date)T\(time).\(padded(Int32(truncatingIfNeeded: milliseconds), 3))Z"
    }

    private func padded(_ number: Int32, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
