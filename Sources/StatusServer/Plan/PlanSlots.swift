import Synchronization

/// How many plans are made at a time: each may hold a body of many megabytes.
final class PlanSlots: Sendable {
    private let taken = Mutex(0)

    /// Returns false when all are taken; otherwise `release` gives the slot back.
    func take() -> Bool {
        taken.withLock { taken in
            guard taken < StatusServerLimits.maximumConcurrentPlans else { return false }
            taken += 1
            return true
        }
    }

    func release() {
        taken.withLock { $0 -= 1 }
    }
}
