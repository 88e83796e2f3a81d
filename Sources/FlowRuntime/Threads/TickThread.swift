import Media

/// Calls `body` again and again on a thread of its own: a timer of the pool of tasks wakes several threads each time, and
/// costs ten times as much.
final class TickThread: Sendable {
    private let worker = WorkerThread()

    /// Begins when `interval` has passed. Called once.
    ///
    /// - Returns: false when the system has no thread to give.
    func start(
        named name: String,
        every interval: Duration,
        _ body: @escaping @Sendable (MonotonicTime) -> Void
    ) -> Bool {
        worker.start(named: name) { [self] in
            var next = MonotonicTime.now().advanced(by: interval)
            while wait(until: next) {
                let now = MonotonicTime.now()
                body(now)
                // What was missed while the machine stood still is not made up for.
                next = max(next.advanced(by: interval), now)
            }
        }
    }

    /// Ends the thread; `body` is not called afterwards.
    func stop() {
        worker.stop()
    }

    /// - Returns: Whether to go on.
    private func wait(until moment: MonotonicTime) -> Bool {
        worker.condition.withLock {
            while !worker.isStopping, MonotonicTime.now() < moment { worker.condition.wait(until: moment) }
            return !worker.isStopping
        }
    }
}
