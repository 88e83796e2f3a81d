import Dispatch
import Synchronization

/// Writes state behind the back of the run loop, one thing after the other: a slow disk delays no flow.
final class StateWriter: Sendable {
    private let queue = DispatchQueue(label: "headgate.state", qos: .utility)
    private let isFailing = Mutex(false)
    private let latest = Mutex<(@Sendable () -> String?)?>(nil)
    private static let gatheringTime = DispatchTimeInterval.milliseconds(500)
    private let onProblem: @Sendable (String) -> Void

    /// - Parameter onProblem: called when writing starts to fail.
    init(onProblem: @escaping @Sendable (String) -> Void) {
        self.onProblem = onProblem
    }

    /// - Parameter work: returns why it failed, or nil.
    func enqueue(_ work: @escaping @Sendable () -> String?) {
        queue.async { self.note(work()) }
    }

    /// The same for contents that change often: of several that come while the disk is busy or close together, only
    /// the last is written.
    func enqueueLatest(_ work: @escaping @Sendable () -> String?) {
        let isAlone = latest.withLock { latest in
            defer { latest = work }
            return latest == nil
        }
        guard isAlone else { return }
        queue.asyncAfter(deadline: .now() + Self.gatheringTime) { self.writeLatest() }
    }

    private func writeLatest() {
        guard let work = latest.withLock({ $0.take() }) else { return }
        note(work())
    }

    private func note(_ problem: String?) {
        let wasFailing = isFailing.withLock { isFailing in
            defer { isFailing = problem != nil }
            return isFailing
        }
        if let problem, !wasFailing { onProblem(problem) }
    }

    /// Returns when everything that was enqueued before is done.
    func flush() async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.writeLatest()
                continuation.resume()
            }
        }
    }
}
