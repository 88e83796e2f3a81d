public import Glibc

/// A mutex that a thread may take again while it has it.
///
/// A POSIX mutex, not the standard library's: a handler may close its own receiver inside the call that holds the
/// receiver's lock, and the thread sanitizer sees what a POSIX mutex orders also when it is contended.
public final class Lock: @unchecked Sendable {
    // A mutex must not move, so it is on the heap; it is made to be used from any thread.
    @usableFromInline
    let mutex: UnsafeMutablePointer<pthread_mutex_t>

    public init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        var attributes = pthread_mutexattr_t()
        pthread_mutexattr_init(&attributes)
        pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
        pthread_mutex_init(mutex, &attributes)
        pthread_mutexattr_destroy(&attributes)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    @inlinable
    public func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }
}
