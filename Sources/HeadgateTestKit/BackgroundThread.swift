import Glibc
import Synchronization

/// One POSIX thread, for test helpers that block: the cooperative pool has only as many threads as the machine cores.
public final class BackgroundThread: Sendable {
    private let handle = Mutex<pthread_t?>(nil)

    public init() {}

    /// Runs `body` on the thread. Called once.
    public func start(_ body: @escaping @Sendable () -> Void) {
        handle.withLock { handle in
            var thread = pthread_t()
            let context = Unmanaged.passRetained(Box(body))
            let code = pthread_create(
                &thread,
                nil,
                { context in
                    guard let context else { return nil }
                    Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
                    return nil
                },
                context.toOpaque()
            )
            precondition(code == 0, "pthread_create: \(code)")
            handle = thread
        }
    }

    /// Waits for the end of the body. Does nothing the second time, or on the thread itself.
    public func join() {
        let thread = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        guard let thread, pthread_equal(thread, pthread_self()) == 0 else { return }
        pthread_join(thread, nil)
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
