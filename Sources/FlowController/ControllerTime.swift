import Glibc

/// The clocks that a controller reads; tests bring one that stands still.
package protocol ControllerTime: Sendable {
    /// Monotonic, since any fixed moment.
    func now() -> Duration
    /// Seconds since 1970.
    func wallTime() -> Double
    /// Returns at once when the time has passed already, and early when the task is cancelled.
    func sleep(until deadline: Duration) async
}

package struct SystemTime: ControllerTime {
    private let start = ContinuousClock.now

    package init() {}

    package func now() -> Duration { ContinuousClock.now - start }

    package func wallTime() -> Double {
        var value = timespec()
        clock_gettime(CLOCK_REALTIME, &value)
        return Double(value.tv_sec) + Double(value.tv_nsec) / 1e9
    }

    package func sleep(until deadline: Duration) async {
        try? await Task.sleep(until: start + deadline, tolerance: .zero, clock: .continuous)
    }
}
