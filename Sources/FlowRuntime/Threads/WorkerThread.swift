import Threads

/// A thread that works until its owner ends it, with the lock under which they share what there is to do.
final class WorkerThread: @unchecked Sendable {
    // `condition` guards the variables.

    let condition = MonotonicCondition()
    private var thread: PosixThread?
    /// Whether the work is to end. Read with the lock held.
    private(set) var isStopping = false

    /// Whether somebody does the work, now and later. Read with the lock held.
    var isRunning: Bool { thread != nil && !isStopping }
    /// Whether the worker itself asks. Read with the lock held.
    var isCurrent: Bool { thread?.isCurrent ?? false }

    /// Starts the thread, unless it runs or was ended.
    ///
    /// - Returns: Whether it was started: the system may have no thread to give.
    @discardableResult
    func start(named name: String, _ run: @escaping @Sendable () -> Void) -> Bool {
        condition.withLock {
            guard thread == nil, !isStopping else { return false }
            thread = PosixThread(named: name, run)
            return thread != nil
        }
    }

    /// Has the work end, and waits for that unless the worker itself calls. It cannot be started again.
    func stop() {
        let ending = condition.withLock {
            isStopping = true
            condition.signal()
            defer { thread = nil }
            return thread
        }
        guard let ending else { return }
        if ending.isCurrent { ending.detach() } else { ending.join() }
    }
}
