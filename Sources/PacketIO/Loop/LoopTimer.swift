import Media

/// A handler that a ``PacketLoop`` calls back without a socket. Cancelled by ``cancel()``, or when the last reference
/// goes.
public final class LoopTimer: Sendable {
    private let core: TimerCore
    private let thread: LoopThread

    init(core: TimerCore, thread: LoopThread) {
        self.core = core
        self.thread = thread
    }

    deinit {
        cancel()
    }

    /// Has the handler called now, on the loop's thread. From any thread.
    public func requestTick() {
        thread.requestTick(of: core)
    }

    /// When it returns, the handler is not called any more, unless it is the handler itself that calls. From any
    /// thread, but not while holding a lock that the handler takes.
    public func cancel() {
        if core.cancel() != nil { thread.remove(core) }
    }
}

/// The part of a timer that its loop's thread serves.
final class TimerCore: LoopMember, @unchecked Sendable {
    // Invariant: read and written inside `exclusively` only.
    private var handler: (any TickHandler)?

    init(handler: any TickHandler) {
        self.handler = handler
    }

    override func tick(at now: MonotonicTime) -> MonotonicTime {
        exclusively { handler?.tick(at: now) ?? .never }
    }

    /// Returns the handler if it was still called, so that it ends outside the lock.
    func cancel() -> (any TickHandler)? {
        exclusively {
            defer { handler = nil }
            return handler
        }
    }
}
