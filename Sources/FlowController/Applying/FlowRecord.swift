import FlowModel
import FlowPlanner

/// Intent and progress of one flow.
struct FlowRecord {
    /// A part of the flow that is not as it shall be, and when to try again.
    struct Problem {
        var failure: ApplyFailure
        var backoff = RestartBackoff()
        /// Nil when only a changed spec helps.
        var retryAt: Duration?
        /// What could not be applied.
        var subject: Subject
    }

    /// The part of a spec that a component is made from.
    enum Subject: Hashable {
        case flow(FlowSettings)
        case input(InputSpec)
        case output(OutputSpec)
        case nothing
    }

    let name: String
    /// Nil when the flow is to be deleted.
    var desired: DesiredFlow?
    /// What was desired last; a flow that drains still has a status.
    var last: DesiredFlow
    var generation: Int
    var observedGeneration = 0
    /// Of the content that was applied in full.
    var runningHash = ""
    var problems: [FlowComponent: Problem] = [:]
    /// Steps are under way; what changes meanwhile waits for them.
    var isBusy = false
    /// Something is to be compared and perhaps applied.
    var isDirty = true
    var conditions: [Condition] = []
    /// What was last found in a report, and stands behind the others.
    var latencyCondition: Condition?

    init(name: String, desired: DesiredFlow, generation: Int) {
        self.name = name
        self.desired = desired
        self.last = desired
        self.generation = generation
    }

    /// Everything that was accepted runs.
    var isConverged: Bool {
        !isBusy && !isDirty && problems.isEmpty && !last.failures.keys.contains { activeFailure($0) != nil }
    }

    /// A missing secret matters only to what shall run.
    func activeFailure(_ component: FlowComponent) -> ApplyFailure? {
        guard let failure = last.failures[component], subject(of: component) != .nothing else { return nil }
        return failure
    }

    /// When the next attempt is due. Nothing of a flow is tried before the flow itself exists.
    func retryAt(flowExists: Bool) -> Duration? {
        if !flowExists, let problem = problems[.flow] { return problem.retryAt }
        return problems.values.compactMap(\.retryAt).min()
    }

    /// Takes over a new intent. Problems of parts that changed are forgotten, so that these are tried at once.
    mutating func desire(_ flow: DesiredFlow?) {
        if let flow {
            if flow.accepted.spec != last.accepted.spec, generation < Int.max { generation += 1 }
            last = flow
        }
        desired = flow
        isDirty = true
        problems = problems.filter { component, problem in problem.subject == subject(of: component) }
    }

    func subject(of component: FlowComponent) -> Subject {
        guard let spec = desired?.spec else { return .nothing }
        switch component {
        case .flow:
            return .flow(FlowSettings(spec))
        case .input(let name), .backupLeg(let name):
            return spec.activeInputs.first { $0.name == name }.map(Subject.input) ?? .nothing
        case .output(let name):
            return spec.activeOutputs.first { $0.name == name }.map(Subject.output) ?? .nothing
        }
    }

    /// Whether a step has to wait: for the next attempt, for another spec, for a secret, or for its flow.
    func isBlocked(_ step: PlanStep, flowExists: Bool, at now: Duration) -> Bool {
        if !flowExists, isWaiting(.flow, at: now) { return true }
        let component = step.component
        if desired != nil, lacksSecret(component) { return true }
        return isWaiting(component, at: now)
    }

    private func isWaiting(_ component: FlowComponent, at now: Duration) -> Bool {
        guard let problem = problems[component] else { return false }
        return problem.retryAt.map { $0 > now } ?? true
    }

    private func lacksSecret(_ component: FlowComponent) -> Bool {
        guard case .backupLeg(let input) = component else { return last.failures[component] != nil }
        return last.failures[.input(input)] != nil
    }

    /// Returns true when the failure is news.
    mutating func failed(
        _ step: PlanStep,
        _ failure: ApplyFailure,
        at now: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> Bool {
        let component = step.component
        let known = problems[component]
        let wanted = subject(of: component)
        var problem = Problem(failure: failure, subject: wanted)
        problem.backoff = known?.backoff ?? RestartBackoff()
        switch failure.remedy {
        case .retry: problem.retryAt = problem.backoff.failed(at: now, using: &generator)
        case .configurationChange: problem.retryAt = nil
        }
        // Something else is wanted since the step was planned: that is worth an attempt at once, if there can be one.
        if let attempted = Subject(step), attempted != wanted, !lacksSecret(component) { problem.retryAt = now }
        problems[component] = problem
        return known?.failure != failure
    }
}

extension FlowRecord.Subject {
    /// What the step puts in place; nil when it takes something away.
    fileprivate init?(_ step: PlanStep) {
        switch step {
        case .createFlow(let spec), .updateFlow(let spec): self = .flow(FlowSettings(spec))
        case .startInput(_, let spec), .updateInput(_, let spec), .startBackupLeg(_, let spec): self = .input(spec)
        case .startOutput(_, let spec), .updateOutput(_, let spec): self = .output(spec)
        case .deleteFlow, .stopInput, .stopBackupLeg, .stopOutput: return nil
        }
    }
}
