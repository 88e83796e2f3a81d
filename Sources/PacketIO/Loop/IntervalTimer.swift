import CLinux
import Glibc
import Media

/// A descriptor that is ready to be read at even intervals while it runs, `timerfd_create(2)`.
package struct IntervalTimer: Sendable {
    package let descriptor: Int32

    /// Does not run yet.
    package init() throws(PacketIOError) {
        descriptor = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))
        guard descriptor >= 0 else { throw .failed("create a timer", errno: errno) }
    }

    /// - Parameter interval: above zero.
    package func start(every interval: Duration) {
        set(interval.wholeNanoseconds)
    }

    package func stop() {
        set(0)
    }

    /// Not to be used afterwards.
    package func close() {
        _ = Glibc.close(descriptor)
    }

    private func set(_ nanoseconds: Int64) {
        let time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var setting = itimerspec(it_interval: time, it_value: time)
        _ = timerfd_settime(descriptor, 0, &setting, nil)
    }
}
