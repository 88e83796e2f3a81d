import Media
import Threads

/// What a loop's thread serves: a socket or a timer.
///
/// The lock is held while the handler runs, so that no call is under way once a receiver is closed; it is recursive, so
/// that a handler may close its own.
class LoopMember: @unchecked Sendable {
    // Invariant: subclasses touch their mutable state only inside `exclusively`.
    private let lock = Lock()

    /// Set once, before the thread knows the member.
    final var slot = 0

    @inline(__always)
    final func exclusively<Result>(_ body: () -> Result) -> Result {
        lock.withLock(body)
    }

    /// What came of serving a member.
    struct Outcome {
        /// When ``tick(at:)`` is due.
        var deadline: MonotonicTime
        /// Something was received.
        var wasActive = false
        /// More waits than one turn may take.
        var hasMore = false
    }

    /// Takes what waits on the socket.
    func drain(_ slots: ReceiveSlots) -> Outcome { Outcome(deadline: .never) }

    func tick(at now: MonotonicTime) -> MonotonicTime { .never }

    /// Has the next ``tick(at:)`` reach the handler, whatever it asked for.
    func makeTickDue() {}
}

extension MonotonicTime {
    /// Later than any time that comes.
    static let never = MonotonicTime(nanoseconds: .max)
}
