import Dispatch
import FlowModel
public import FlowPlanner

extension FlowController {
    /// Reading and checking many files takes long; neither the flows nor the status wait for it.
    private static let planningQueue = DispatchQueue(label: "headgate.plan", qos: .utility)

    /// What these files would change, compared with what the gateway was asked for last: an input that cannot start for
    /// now is no change. Nothing is applied, kept or opened.
    ///
    /// Of secrets in files and variables the places are compared, not the values: neither does a client make the gateway
    /// open what it names, nor can it find a secret out by guessing.
    public func preview(_ request: PlanRequest) async -> PlanPreview {
        let entries = await looker.entries()
        let (directory, rules) = (AbsolutePath.of(configuration.flowsDirectory), rules)
        let candidates = await withCheckedContinuation { continuation in
            Self.planningQueue.async {
                continuation.resume(
                    returning: CandidateFiles(request, in: directory, beside: entries, rules: rules)
                )
            }
        }
        guard !candidates.diagnostics.contains(where: { $0.severity == .error }) else {
            return PlanPreview(diagnostics: candidates.diagnostics)
        }
        let reports = Dictionary(await applier.reports().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let desired = candidates.specs
        let running = records.values.compactMap(\.desired?.accepted.spec)
        let intended = running.filter { candidates.decide(about: $0.name) }
        let plan = FlowPlanner.plan(desired: desired, observed: intended.map(ObservedFlow.init(applied:)))
        let before = Dictionary(intended.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(desired.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return PlanPreview(
            diagnostics: candidates.diagnostics,
            changes: plan.changes.map { change in
                PreviewedChange(
                    change,
                    sessions: reports[change.flow]?.sessions(endedBy: change) ?? [],
                    endpoints: after[change.flow]?.endpoints(createdBy: change) ?? [],
                    note: Self.note(on: change, before[change.flow], after[change.flow])
                )
            },
            notes: desired.isEmpty && !running.isEmpty && intended.count == running.count ? lossOfAllNotes : []
        )
    }

    private static func note(on change: PlannedChange, _ before: FlowSpec?, _ after: FlowSpec?) -> String? {
        switch change.action {
        case .create where change.component == .flow:
            return after?.suspensionNote
        case .restartInput, .restartOutput:
            guard let before, let after,
                before.secretPlaces(of: change.component) != after.secretPlaces(of: change.component)
            else { return nil }
            return "its secret comes from another place than before, and counts as another one: what it holds is not "
                + "looked at"
        case .create, .update, .restartLeg, .delete:
            return nil
        }
    }

    /// The gateway does not take the loss of all flows at once at its word.
    private var lossOfAllNotes: [String] {
        switch configuration.prune {
        case .immediate: []
        case .after(let grace):
            ["no flow is left: the gateway waits \(grace.flowText) for the files to come back (--prune)"]
        case .never: ["no flow is left: the gateway goes on until a file declares one (--prune never)"]
        }
    }
}

extension FlowSpec {
    fileprivate func endpoints(createdBy change: PlannedChange) -> [PlannedEndpoint] {
        guard change.action == .create else { return [] }
        return plannedEndpoints.filter { endpoint in
            switch change.component {
            case .flow: true
            case .input(let name), .backupLeg(let name): endpoint.kind == .input && endpoint.name == name
            case .output(let name): endpoint.kind == .output && endpoint.name == name
            }
        }
    }

    /// The files and variables that an input or output has its secrets from.
    fileprivate func secretPlaces(of component: FlowComponent) -> Set<SecretSource> {
        var places: Set<SecretSource> = []
        func note(_ secret: Secret, _: SecretUse) -> Secret {
            if case .literal = secret.source {} else { places.insert(secret.source) }
            return secret
        }
        switch component {
        case .input(let name): _ = inputs.first { $0.name == name }?.mapSecrets(note)
        case .output(let name): _ = outputs.first { $0.name == name }?.mapSecrets(note)
        case .flow, .backupLeg: break
        }
        return places
    }
}
