import CLinux
import Glibc

/// A thread with a name, for work that blocks or must not wait for its turn in a pool.
public struct PosixThread: Sendable {
    private let thread: pthread_t

    /// Starts a thread that is joined later, or is `detached` and never joined.
    ///
    /// - Parameter name: What `ps` and debuggers show; the system keeps its first 15 bytes.
    /// - Returns: nil when the system has no more threads to give.
    public init?(named name: String, detached: Bool = false, _ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(name: name, run: run))
        let code = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                _ = headgate_name_thread(body.name)
                body.run()
                return nil
            },
            body.toOpaque()
        )
        guard code == 0 else {
            body.release()
            return nil
        }
        if detached { pthread_detach(thread) }
        self.thread = thread
    }

    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    public var isCurrent: Bool { pthread_equal(thread, pthread_self()) != 0 }

    /// Waits for its end. Called once, from another thread, unless it was detached.
    public func join() {
        pthread_join(thread, nil)
    }

    /// Has the system forget the thread when it ends, in place of `join`.
    public func detach() {
        pthread_detach(thread)
    }

    /// A number for the calling thread, given again after its end.
    public static var currentIdentifier: UInt { UInt(pthread_self()) }

    /// Runs `body` with this timer slack, which threads that are made meanwhile inherit.
    public static func withTimerSlack<Result, Failure>(
        _ slack: Duration,
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let before = headgate_timer_slack()
        let (seconds, attoseconds) = slack.components
        let nanoseconds = UInt(clamping: seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
        guard before > 0, nanoseconds > 0 else { return try body() }
        _ = headgate_set_timer_slack(nanoseconds)
        defer { _ = headgate_set_timer_slack(UInt(before)) }
        return try body()
    }
}
