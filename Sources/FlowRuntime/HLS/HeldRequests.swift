import Synchronization

/// Counts requests that wait, and bounds them: each holds a connection and a task.
final class HeldRequests: Sendable {
    static let maximum = 512

    private let count = Atomic(0)

    /// - Returns: Whether one more may wait; it is to be given back then.
    func take() -> Bool {
        guard count.add(1, ordering: .relaxed).newValue > Self.maximum else { return true }
        giveBack()
        return false
    }

    func giveBack() {
        count.subtract(1, ordering: .relaxed)
    }
}
