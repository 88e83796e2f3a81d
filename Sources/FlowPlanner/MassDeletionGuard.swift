/// Keeps flows running when every file vanishes at once: a directory emptied, unmounted or not there yet.
///
/// Files are opaque names here. What is held stays held until it comes back or its time has come, even when some of
/// the files return earlier: a directory that fills up slowly must not lose the flows whose files come last.
public struct MassDeletionGuard: Hashable, Sendable {
    public struct Decision: Hashable, Sendable {
        /// Missing files whose flows go on.
        public var held: Set<String> = []
        /// Missing files whose flows are to be deleted.
        public var removed: Set<String> = []
        /// When the held ones will be removed; nil while none are held, or they are held without end.
        public var deadline: Duration?
        public var change = Change.none

        public init() {}
    }

    public enum Change: Hashable, Sendable {
        case none
        /// A mass deletion is held back from now on.
        case began
        /// Everything that was held came back.
        case cancelled
        /// The grace is over; what was held is removed.
        case carriedOut
    }

    public let policy: PrunePolicy
    private var held: Set<String> = []
    private var deadline: Duration?

    public init(policy: PrunePolicy) {
        self.policy = policy
    }

    /// Decides about the files that are known but no longer there.
    ///
    /// - Parameters:
    ///   - missing: all of them, also those that are held already.
    ///   - anythingLeft: whether the files that are there ask for any flow.
    public mutating func decide(missing: Set<String>, anythingLeft: Bool, at now: Duration) -> Decision {
        var decision = Decision()
        let hadHeld = !held.isEmpty
        held.formIntersection(missing)
        if !anythingLeft, !missing.isEmpty, policy != .immediate {
            if held.isEmpty, case .after(let grace) = policy { deadline = now + grace }
            if !hadHeld { decision.change = .began }
            held = missing
        } else if anythingLeft, !held.isEmpty, deadline == nil {
            // With `never` there is no end as long as the directory is empty; it is not empty any more.
            deadline = now + PrunePolicy.defaultGrace
        }
        if let end = deadline, now >= end, !held.isEmpty {
            held = []
            decision.change = .carriedOut
        } else if hadHeld, held.isEmpty {
            decision.change = .cancelled
        }
        if held.isEmpty { deadline = nil }
        decision.held = held
        decision.removed = missing.subtracting(held)
        decision.deadline = deadline
        return decision
    }
}
