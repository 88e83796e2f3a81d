import Glibc
import Media

/// A lock and a condition whose time-outs go by the monotonic clock.
final class MonotonicCondition: @unchecked Sendable {
    // POSIX objects must not move: they are on the heap, and made to be used from any thread.

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func lock() {
        pthread_mutex_lock(mutex)
    }

    func unlock() {
        pthread_mutex_unlock(mutex)
    }

    func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
        lock()
        defer { unlock() }
        return try body()
    }

    /// Waits, with the lock held, for a signal or until `deadline`; may also return for no reason.
    func wait(until deadline: MonotonicTime? = nil) {
        guard let deadline else {
            pthread_cond_wait(condition, mutex)
            return
        }
        let (seconds, nanoseconds) = max(deadline.nanoseconds, 0).quotientAndRemainder(dividingBy: 1_000_000_000)
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds))
        pthread_cond_timedwait(condition, mutex, &time)
    }

    /// Wakes all that wait. Needs no lock.
    func signal() {
        pthread_cond_broadcast(condition)
    }
}
