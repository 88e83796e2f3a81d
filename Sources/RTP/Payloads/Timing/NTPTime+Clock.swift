import Glibc

extension NTPTime {
    /// The machine's wall clock. For the edges only; machines take time as an argument.
    public static func now() -> NTPTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return NTPTime(unixNanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }
}
