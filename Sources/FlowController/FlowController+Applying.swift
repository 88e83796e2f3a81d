import FlowModel
import FlowPlanner

extension FlowController {
    /// Flows whose next attempt is due are looked at again.
    func markDueRetries(at now: Duration) {
        for name in troubled {
            guard let retryAt = nextAttempt(name), retryAt <= now else { continue }
            records[name]?.isDirty = true
            dirty.insert(name)
        }
    }

    func nextAttempt(_ name: String) -> Duration? {
        guard let record = records[name], !record.isBusy else { return nil }
        return record.retryAt(flowExists: observed[name] != nil)
    }

    /// Plans for every flow that is to be compared and not busy, and starts to apply the steps.
    func applyDirtyFlows() {
        let idle = dirty.compactMap { records[$0] }.filter { !$0.isBusy }
        guard !idle.isEmpty else { return }
        let now = time.now()
        dirty.subtract(idle.map(\.name))
        let plan = FlowPlanner.plan(
            desired: idle.compactMap { $0.desired?.spec },
            observed: idle.compactMap { observed[$0.name] }
        )
        forgetSolvedProblems(of: idle, plan)
        let steps = plan.steps.filter { step in
            records[step.flow]?.isBlocked(step, flowExists: observed[step.flow] != nil, at: now) == false
        }
        let batch = StepBatch(steps: steps, changes: plan.changes)
        for record in idle { records[record.name]?.isDirty = false }
        for flow in batch.flows { records[flow.name]?.isBusy = true }
        refreshConditions(of: batch.flows.map(\.name))
        settle(idle.map(\.name).filter { records[$0]?.isBusy == false })
        if !batch.flows.isEmpty { start(batch) }
    }

    /// What needs no step any more is no problem any more.
    private func forgetSolvedProblems(of idle: [FlowRecord], _ plan: Plan) {
        let withProblems = idle.filter { !$0.problems.isEmpty }
        guard !withProblems.isEmpty else { return }
        var planned: [String: Set<FlowComponent>] = [:]
        for step in plan.steps { planned[step.flow, default: []].insert(step.component) }
        for record in withProblems {
            records[record.name]?.problems = record.problems.filter { planned[record.name]?.contains($0.key) == true }
        }
    }

    private func start(_ batch: StepBatch) {
        batchCount += 1
        let number = batchCount
        batches[number] = Task { await self.run(batch, number: number) }
    }

    /// Everything that frees sockets, over all flows of the batch; then the rest.
    private nonisolated func run(_ batch: StepBatch, number: Int) async {
        let width = configuration.maximumConcurrentFlows
        let releasing = batch.flows.filter { !$0.releases.isEmpty }
        await StepBatch.forEach(releasing, atMost: width) { flow in
            let results = await StepBatch.apply(flow.releases, after: [], with: self.applier)
            await self.record(results, of: flow, isLast: flow.others.isEmpty)
        }
        await StepBatch.forEach(batch.flows.filter { !$0.others.isEmpty }, atMost: width) { flow in
            let blocked = await self.failedReleases(of: flow)
            let results = await StepBatch.apply(flow.others, after: blocked, with: self.applier)
            await self.record(results, of: flow, isLast: true)
        }
        await finish(number)
    }

    private func failedReleases(of flow: StepBatch.Flow) -> Set<FlowComponent> {
        guard let problems = records[flow.name]?.problems else { return [] }
        return Set(flow.releases.map(\.component).filter { problems[$0] != nil })
    }

    private func finish(_ number: Int) {
        batches[number] = nil
    }

    private func record(_ results: [StepBatch.Result], of flow: StepBatch.Flow, isLast: Bool) {
        let now = time.now()
        let before = records[flow.name]?.problems ?? [:]
        var hasReleased = false
        for result in results {
            switch result {
            case .succeeded(let step):
                observed.stepSucceeded(step)
                hasReleased = hasReleased || step.phase == .release
                if let problem = records[flow.name]?.problems.removeValue(forKey: step.component) {
                    journal.recovered(step, from: problem.failure, file: records[flow.name]?.last.accepted.file)
                }
            case .failed(let step, let failure):
                observed.stepFailed(step)
                let isNews = records[flow.name]?.failed(step, failure, at: now, using: &generator) ?? false
                journal.failed(step, failure, isNews: isNews, file: records[flow.name]?.last.accepted.file)
            }
        }
        if hasReleased { retryPortsInUse(at: now) }
        guard isLast else { return }
        let problems = records[flow.name]?.problems ?? [:]
        for change in flow.changes
        where problems[change.component] == nil && before[change.component] == nil && problems[.flow] == nil {
            journal.applied(change, file: records[flow.name]?.last.accepted.file)
        }
        records[flow.name]?.isBusy = false
        settle([flow.name])
        // The loop has something to do only when there is more to apply, or something to try again.
        if dirty.contains(flow.name) || troubled.contains(flow.name) { signal.wake() }
    }

    /// A port that was freed may be the one that somebody waits for.
    private func retryPortsInUse(at now: Duration) {
        for name in troubled {
            for (component, problem) in records[name]?.problems ?? [:]
            where problem.failure.reason == "PortInUse" && problem.retryAt != nil {
                records[name]?.problems[component]?.retryAt = now
                signal.wake()
            }
        }
    }

    /// Flows that are neither busy nor dirty have reached what can be reached for now.
    private func settle(_ names: [String]) {
        for name in names {
            if records[name]?.problems.isEmpty == false { troubled.insert(name) } else { troubled.remove(name) }
            guard let record = records[name], !record.isBusy, !record.isDirty else { continue }
            if record.desired == nil, observed[name] == nil {
                records[name] = nil
            } else if record.isConverged {
                records[name]?.observedGeneration = record.generation
                records[name]?.runningHash = record.last.accepted.acceptedHash
            }
        }
        refreshConditions(of: names)
        for index in passes.indices { passes[index].remaining.subtract(names.filter(isSettled)) }
        finishPasses()
    }

    private func isSettled(_ name: String) -> Bool {
        guard let record = records[name] else { return true }
        return !record.isBusy && !record.isDirty
    }

    func finishPasses() {
        for pass in passes where pass.remaining.isEmpty {
            for waiter in pass.waiters { waiter.resume() }
            if pass.isFirst, !isReady {
                isReady = true
                for waiter in readyWaiters { waiter.resume() }
                readyWaiters = []
            }
        }
        passes.removeAll(where: \.remaining.isEmpty)
    }
}
