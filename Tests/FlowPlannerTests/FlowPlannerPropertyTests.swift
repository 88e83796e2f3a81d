import FlowModel
import FlowPlanner
import Testing

@Suite("Properties of plans over random specs")
struct FlowPlannerPropertyTests {
    static let seeds = Array(UInt64(0)..<300)

    private func observe(_ specs: [FlowSpec]) -> [String: ObservedFlow] {
        Dictionary(uniqueKeysWithValues: specs.map { ($0.name, ObservedFlow(applied: $0)) })
    }

    @Test("Applying a plan gives what was desired, and then nothing is left to do", arguments: seeds)
    func convergence(seed: UInt64) {
        var random = RandomSpecs(seed: seed)
        let before = random.flows()
        let desired = random.flows()
        var observed = observe(before)
        for step in FlowPlanner.plan(desired: desired, observed: Array(observed.values)).steps {
            observed.stepSucceeded(step)
        }
        #expect(observed == observe(desired))
        #expect(FlowPlanner.plan(desired: desired, observed: Array(observed.values)) == Plan())
    }

    @Test("Equal states need no step", arguments: seeds)
    func idempotence(seed: UInt64) {
        var random = RandomSpecs(seed: seed)
        let specs = random.flows()
        #expect(FlowPlanner.plan(desired: specs, observed: specs.map(ObservedFlow.init(applied:))).isEmpty)
    }

    @Test("A flow that did not change gets no step when others change", arguments: seeds)
    func isolation(seed: UInt64) {
        var random = RandomSpecs(seed: seed)
        let untouched = random.flow("untouched")
        let before = random.flows() + [untouched]
        let desired = [untouched] + random.flows()
        let plan = FlowPlanner.plan(desired: desired, observed: before.map(ObservedFlow.init(applied:)))
        #expect(!plan.steps.contains { $0.flow == "untouched" })
        #expect(!plan.changes.contains { $0.flow == "untouched" })
    }

    @Test("A component that did not change gets no step when its neighbours change", arguments: seeds)
    func componentIsolation(seed: UInt64) {
        var random = RandomSpecs(seed: seed)
        var before = random.flow("flow")
        var after = random.flow("flow")
        before.isSuspended = false
        after.isSuspended = false
        let input = random.input("shared")
        let output = random.output("shared")
        before.inputs.append(input)
        after.inputs.insert(input, at: 0)
        before.outputs.append(output)
        after.outputs.insert(output, at: 0)
        let plan = FlowPlanner.plan(desired: [after], observed: [ObservedFlow(applied: before)])
        #expect(!plan.steps.contains { $0.component.name == "shared" })
    }

    @Test("Everything that frees sockets comes first, everything that takes them last", arguments: seeds)
    func order(seed: UInt64) {
        var random = RandomSpecs(seed: seed)
        let before = random.flows()
        let plan = FlowPlanner.plan(desired: random.flows(), observed: before.map(ObservedFlow.init(applied:)))
        let phases = plan.steps.map(\.phase)
        #expect(phases == phases.sorted())
    }

    @Test("Whatever steps fail on the way, planning again converges", arguments: seeds)
    func convergenceAfterFailures(seed: UInt64) {
        var random = RandomSpecs(seed: seed)
        var observed = observe(random.flows())
        let desired = random.flows()
        for attempt in 0..<4 {
            for step in FlowPlanner.plan(desired: desired, observed: Array(observed.values)).steps {
                if attempt < 3, random.pick([true, false, false]) {
                    observed.stepFailed(step)
                } else {
                    observed.stepSucceeded(step)
                }
            }
        }
        #expect(observed == observe(desired))
    }

    @Test("A plan says the same to people and to the machine", arguments: seeds)
    func changes(seed: UInt64) {
        var random = RandomSpecs(seed: seed)
        let before = random.flows()
        let plan = FlowPlanner.plan(desired: random.flows(), observed: before.map(ObservedFlow.init(applied:)))
        #expect(Set(plan.steps.map(\.flow)) == Set(plan.changes.map(\.flow)))
        let dropped = plan.steps.contains { $0.phase == .release }
        #expect(dropped == plan.changes.contains { $0.action.isDisruptive && !$0.isNewLeg(in: plan) })
    }
}

extension PlannedChange {
    /// A leg that only starts disturbs nobody, although its class is "restart leg".
    fileprivate func isNewLeg(in plan: Plan) -> Bool {
        guard action == .restartLeg else { return false }
        return plan.steps.contains { step in
            guard case .startBackupLeg = step else { return false }
            return step.flow == flow && step.component == component
        }
    }
}
