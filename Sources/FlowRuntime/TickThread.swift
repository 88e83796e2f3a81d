import Media
import Threads

/// Calls `body` again and again on a thread of its own: a timer of the pool of tasks wakes several threads each time, and
/// costs ten times as much.
final class TickThread: @unchecked Sendable {
    // `condition` guards every variable.

    private let condition = MonotonicCondition()
    private var thread: PosixThread?
    private var isStopping = false

    /// Begins when `interval` has passed. Called once.
    ///
    /// - Returns: false when the system has no thread to give.
    func start(
        named name: String,
        every interval: Duration,
        _ body: @escaping @Sendable (MonotonicTime) -> Void
    ) -> Bool {
        condition.withLock {
            thread = PosixThread(named: name) { [self] in
                var next = MonotonicTime.now().advanced(by: interval)
                while wait(until: next) {
                    let now = MonotonicTime.now()
                    body(now)
                    // What was missed while the machine stood still is not made up for.
                    next = max(next.advanced(by: interval), now)
                }
            }
            return thread != nil
        }
    }

    /// Ends the thread; `body` is not called afterwards.
    func stop() {
        let ending = condition.withLock {
            isStopping = true
            condition.signal()
            defer { thread = nil }
            return thread
        }
        if let ending, !ending.isCurrent { ending.join() }
    }

    /// - Returns: Whether to go on.
    private func wait(until moment: MonotonicTime) -> Bool {
        condition.withLock {
            while !isStopping, MonotonicTime.now() < moment { condition.wait(until: moment) }
            return !isStopping
        }
    }
}
