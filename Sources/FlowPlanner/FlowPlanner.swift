public import FlowModel

/// Works out the steps from what runs to what shall run. It compares values and does nothing else.
public enum FlowPlanner {
    /// The plan that makes `observed` equal to `desired`; empty when it already is.
    ///
    /// Flows that are equal on both sides get no step. Of several desired flows with one name the first counts.
    public static func plan(desired: [FlowSpec], observed: [ObservedFlow]) -> Plan {
        let desiredByName = Dictionary(desired.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let observedByName = Dictionary(observed.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var draft = Draft()
        for name in Set(desiredByName.keys).union(observedByName.keys).sorted() {
            switch (desiredByName[name], observedByName[name]) {
            case (let spec?, let running?):
                draft.change(running, to: spec)
            case (let spec?, nil):
                draft.create(spec)
            case (nil, _):
                draft.steps.append(.deleteFlow(name: name))
                draft.changes.append(PlannedChange(flow: name, component: .flow, action: .delete))
            }
        }
        return draft.plan
    }
}

/// Collects steps flow by flow, and puts them in the order of their phases at the end.
private struct Draft {
    var steps: [PlanStep] = []
    var changes: [PlannedChange] = []

    var plan: Plan {
        let ordered = PlanStep.Phase.allCases.flatMap { phase in steps.filter { $0.phase == phase } }
        // A file plays at once and waits for nobody: it starts last, so that its first packets find the outputs.
        return Plan(
            steps: ordered.filter { !$0.startsFile } + ordered.filter { $0.startsFile },
            changes: changes
        )
    }

    mutating func create(_ spec: FlowSpec) {
        steps.append(.createFlow(spec))
        steps += uniqued(spec.activeInputs, by: \.name).map { .startInput(flow: spec.name, $0) }
        steps += uniqued(spec.activeOutputs, by: \.name).map { .startOutput(flow: spec.name, $0) }
        changes.append(PlannedChange(flow: spec.name, component: .flow, action: .create))
    }

    mutating func change(_ running: ObservedFlow, to spec: FlowSpec) {
        if running.settings != FlowSettings(spec) {
            steps.append(.updateFlow(spec))
            note(spec.name, .flow, .update)
        }
        let inputs = uniqued(spec.activeInputs, by: \.name)
        for name in gone(running.inputs.keys, from: inputs.map(\.name)) {
            steps.append(.stopInput(flow: spec.name, name: name))
            note(spec.name, .input(name), .delete)
        }
        for input in inputs {
            change(
                running.inputs[input.name],
                withBackupLeg: running.backupLegs.contains(input.name),
                to: input,
                flow: spec.name
            )
        }
        let outputs = uniqued(spec.activeOutputs, by: \.name)
        for name in gone(running.outputs.keys, from: outputs.map(\.name)) {
            steps.append(.stopOutput(flow: spec.name, name: name))
            note(spec.name, .output(name), .delete)
        }
        for output in outputs {
            change(running.outputs[output.name], to: output, flow: spec.name)
        }
    }

    private mutating func change(
        _ running: InputSpec?,
        withBackupLeg hasBackupLeg: Bool,
        to spec: InputSpec,
        flow: String
    ) {
        guard let running else {
            steps.append(.startInput(flow: flow, spec))
            note(flow, .input(spec.name), .create)
            return
        }
        guard running.restartIdentity == spec.restartIdentity else {
            steps.append(.stopInput(flow: flow, name: spec.name))
            steps.append(.startInput(flow: flow, spec))
            note(flow, .input(spec.name), .restartInput)
            return
        }
        if running.withoutBackupLeg != spec.withoutBackupLeg {
            steps.append(.updateInput(flow: flow, spec))
            note(flow, .input(spec.name), .update)
        }
        if hasBackupLeg != spec.source.hasBackupLeg {
            steps.append(hasBackupLeg ? .stopBackupLeg(flow: flow, spec) : .startBackupLeg(flow: flow, spec))
            note(flow, .backupLeg(spec.name), .restartLeg)
        }
    }

    private mutating func change(_ running: OutputSpec?, to spec: OutputSpec, flow: String) {
        guard let running else {
            steps.append(.startOutput(flow: flow, spec))
            note(flow, .output(spec.name), .create)
            return
        }
        guard running != spec else { return }
        if running.restartIdentity == spec.restartIdentity {
            steps.append(.updateOutput(flow: flow, spec))
            note(flow, .output(spec.name), .update)
        } else {
            steps.append(.stopOutput(flow: flow, name: spec.name))
            steps.append(.startOutput(flow: flow, spec))
            note(flow, .output(spec.name), .restartOutput)
        }
    }

    private mutating func note(_ flow: String, _ component: FlowComponent, _ action: PlannedChange.Action) {
        changes.append(PlannedChange(flow: flow, component: component, action: action))
    }

    private func gone(_ running: some Sequence<String>, from desired: [String]) -> [String] {
        Set(running).subtracting(desired).sorted()
    }

    private func uniqued<Element>(_ elements: [Element], by name: (Element) -> String) -> [Element] {
        var seen: Set<String> = []
        return elements.filter { seen.insert(name($0)).inserted }
    }
}

extension PlanStep {
    fileprivate var startsFile: Bool {
        guard case .startInput(_, let spec) = self, case .file = spec.source else { return false }
        return true
    }
}
