import FlowModel
import FlowPlanner

/// What conditions are made from.
struct ConditionFacts: Hashable {
    struct Trouble: Hashable {
        var component: FlowComponent
        var failure: ApplyFailure
    }

    var isSuspended = false
    /// Steps are under way or about to be.
    var isApplying = false
    /// The flow's file is gone for good; it drains.
    var isBeingDeleted = false
    /// The deletion of all flows is held back.
    var isPruneHeld = false
    /// The first error of the file on disk, while an older content runs.
    var fileProblem: Diagnostic?
    /// What did not work, in the order of the components.
    var troubles: [Trouble] = []
    var runningInputs = 0
    var runningOutputs = 0
}

/// The one place that turns facts into conditions.
enum ConditionTable {
    /// - Parameters:
    ///   - previous: conditions whose status did not change keep their time.
    ///   - now: seconds since 1970.
    static func conditions(for facts: ConditionFacts, previous: [Condition], now: Double) -> [Condition] {
        [ready(facts), reconciling(facts), stalled(facts)].compactMap { row in
            guard var condition = row else { return nil }
            let before = previous.first { $0.type == condition.type }
            condition.lastTransitionTime = before?.status == condition.status ? before?.lastTransitionTime ?? now : now
            return condition
        }
    }

    private static func ready(_ facts: ConditionFacts) -> Condition {
        if facts.isBeingDeleted { return condition(.ready, .false, "Deleting", "the flow is being deleted") }
        if let trouble = facts.worst { return condition(.ready, .false, trouble.failure.reason, trouble.message) }
        if facts.isApplying { return condition(.ready, .false, "Applying", "changes are being applied") }
        if facts.isSuspended { return condition(.ready, .true, "Suspended", "the flow is suspended: nothing runs") }
        let inputs = count(facts.runningInputs, "input")
        let outputs = count(facts.runningOutputs, "output")
        return condition(.ready, .true, "Running", "\(inputs) and \(outputs) run")
    }

    private static func reconciling(_ facts: ConditionFacts) -> Condition? {
        if facts.isBeingDeleted { return condition(.reconciling, .true, "Deleting", "the flow is being deleted") }
        if let trouble = facts.troubles.first(where: { $0.failure.remedy == .retry }) {
            return condition(.reconciling, .true, trouble.failure.reason, "\(trouble.message); trying again")
        }
        if facts.isApplying { return condition(.reconciling, .true, "Applying", "changes are being applied") }
        if facts.isPruneHeld {
            return condition(
                .reconciling,
                .true,
                "DeletionPending",
                "all flow files are gone at once; the deletion is held back"
            )
        }
        return nil
    }

    private static func stalled(_ facts: ConditionFacts) -> Condition? {
        if facts.isBeingDeleted { return nil }
        if let problem = facts.fileProblem {
            return condition(.stalled, .true, "InvalidFile", problem.description)
        }
        if let trouble = facts.troubles.first(where: { $0.failure.remedy == .configurationChange }) {
            return condition(.stalled, .true, trouble.failure.reason, trouble.message)
        }
        return nil
    }

    private static func condition(
        _ type: Condition.Kind,
        _ status: Condition.State,
        _ reason: String,
        _ message: String
    ) -> Condition {
        Condition(type: type, status: status, reason: reason, message: message, lastTransitionTime: 0)
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}

extension ConditionFacts {
    /// What a person has to mend goes before what mends itself.
    fileprivate var worst: Trouble? {
        troubles.first { $0.failure.remedy == .configurationChange } ?? troubles.first
    }
}

extension ConditionFacts.Trouble {
    var message: String {
        component == .flow ? failure.message : "\(component): \(failure.message)"
    }
}
