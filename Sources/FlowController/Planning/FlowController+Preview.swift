import Dispatch
import FlowModel
public import FlowPlanner

extension FlowController {
    /// Reading and checking many files takes long; neither the flows nor the status wait for it.
    private static let planningQueue = DispatchQueue(label: "headgate.plan", qos: .utility)

    /// What these files would change, compared with what the gateway was asked for last: an input that cannot start for
    /// now is no change. Nothing is applied, kept or opened.
    public func preview(_ request: PlanRequest) async -> PlanPreview {
        let surroundings = await looker.surroundings()
        let (directory, rules) = (AbsolutePath.of(configuration.flowsDirectory), rules)
        let candidates = await withCheckedContinuation { continuation in
            Self.planningQueue.async {
                continuation.resume(
                    returning: CandidateFiles(request, in: directory, beside: surroundings.entries, rules: rules)
                )
            }
        }
        guard !candidates.diagnostics.contains(where: { $0.severity == .error }) else {
            return PlanPreview(diagnostics: candidates.diagnostics)
        }
        let reports = Dictionary(await applier.reports().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let desired = candidates.specs.map(surroundings.resolve)
        let running = records.values.compactMap(\.desired?.spec)
        let intended = running.filter { candidates.decide(about: $0.name) }
        let plan = FlowPlanner.plan(desired: desired, observed: intended.map(ObservedFlow.init(applied:)))
        let specs = Dictionary(desired.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return PlanPreview(
            diagnostics: candidates.diagnostics,
            changes: plan.changes.map { change in
                PreviewedChange(
                    change,
                    sessions: reports[change.flow]?.sessions(endedBy: change) ?? [],
                    endpoints: specs[change.flow]?.endpoints(createdBy: change) ?? [],
                    note: specs[change.flow]?.unreadSecret(in: change)
                )
            },
            notes: desired.isEmpty && !running.isEmpty && intended.count == running.count ? lossOfAllNotes : []
        )
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

    /// A restart may be for a secret that the gateway would have to read first.
    fileprivate func unreadSecret(in change: PlannedChange) -> String? {
        var unread: Set<SecretSource> = []
        func note(_ secret: Secret, _: SecretUse) -> Secret {
            if secret.value == nil { unread.insert(secret.source) }
            return secret
        }
        switch (change.action, change.component) {
        case (.restartInput, .input(let name)): _ = inputs.first { $0.name == name }?.mapSecrets(note)
        case (.restartOutput, .output(let name)): _ = outputs.first { $0.name == name }?.mapSecrets(note)
        default: return nil
        }
        return unread.first.map { "what \($0) holds is not known before it is read: counted as another secret" }
    }
}
