import FlowModel
import FlowPlanner

/// The steps of one pass, by flow.
struct StepBatch: Sendable {
    struct Flow: Sendable {
        var name: String
        var releases: [PlanStep] = []
        /// Adjustments, then acquisitions.
        var others: [PlanStep] = []
        var changes: [PlannedChange] = []
    }

    enum Result: Sendable {
        case succeeded(PlanStep)
        case failed(PlanStep, ApplyFailure)
    }

    private struct Part: Hashable {
        var flow: String
        var component: FlowComponent
    }

    private(set) var flows: [Flow] = []

    /// - Parameter changes: those without a step are left out.
    init(steps: [PlanStep], changes: [PlannedChange]) {
        var byName: [String: Flow] = [:]
        for step in steps {
            let flow = step.flow
            if step.phase == .release {
                byName[flow, default: Flow(name: flow)].releases.append(step)
            } else {
                byName[flow, default: Flow(name: flow)].others.append(step)
            }
        }
        let components = Set(steps.map { Part(flow: $0.flow, component: $0.component) })
        for change in changes where components.contains(Part(flow: change.flow, component: change.component)) {
            byName[change.flow]?.changes.append(change)
        }
        flows = byName.values.sorted { $0.name < $1.name }
    }

    /// Applies steps in order. Once a component has failed its later steps are left out, and all of them once the
    /// flow itself could not be made.
    static func apply(
        _ steps: [PlanStep],
        after failed: Set<FlowComponent>,
        with applier: any FlowApplying
    ) async -> [Result] {
        var failed = failed
        var results: [Result] = []
        for step in steps where !failed.contains(step.component) {
            do throws(ApplyFailure) {
                try await applier.apply(step)
                results.append(.succeeded(step))
            } catch {
                results.append(.failed(step, error))
                failed.insert(step.component)
                if case .createFlow = step { return results }
            }
        }
        return results
    }

    /// Runs `work` for every element, a bounded number at a time.
    static func forEach<Element: Sendable>(
        _ elements: [Element],
        atMost width: Int,
        _ work: @escaping @Sendable (Element) async -> Void
    ) async {
        await withDiscardingTaskGroup { group in
            let lanes = min(width, elements.count)
            let queue = WorkQueue(elements)
            for _ in 0..<lanes {
                group.addTask {
                    while let element = queue.next() { await work(element) }
                }
            }
        }
    }
}
