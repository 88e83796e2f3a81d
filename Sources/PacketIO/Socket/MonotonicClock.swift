import CLinux
import Glibc
import Media

/// Sleeps until `time`, or less when a signal comes.
func sleepUntil(_ time: MonotonicTime) {
    var moment = timespec()
    moment.tv_sec = Int(time.nanoseconds / 1_000_000_000)
    moment.tv_nsec = Int(time.nanoseconds % 1_000_000_000)
    _ = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, nil)
}

extension Duration {
    /// Saturates.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carry ? (seconds < 0 ? .min : .max) : sum
    }
}
