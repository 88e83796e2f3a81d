import FlowModel
import FlowPlanner

extension FlowController {
    /// One look at the directory, up to what it means for each flow.
    func look(settled: Bool) async {
        let begin = time.now()
        let waiters = reloadWaiters
        reloadWaiters = []
        let look = await looker.look(settled: settled, at: begin)
        nextRescan = time.now() + configuration.rescanInterval
        if let files = look.files { self.files = files }
        pruneDeadline = look.pruneDeadline
        if let flows = look.flows { takeOver(flows) }
        journal.record(
            look,
            flows: { records.values.filter { $0.desired != nil }.map { ($0.name, $0.last.accepted.file) } }
        )
        if folderProblems != look.folderProblems {
            journal.folderProblems(look.folderProblems, before: folderProblems)
            folderProblems = look.folderProblems
        }
        notePass(look, begin: begin)
        let isFirst = !isReady && !passes.contains(where: \.isFirst)
        if !waiters.isEmpty || isFirst {
            let remaining = Set(records.values.filter { $0.isDirty || $0.isBusy }.map(\.name))
            passes.append(Pass(remaining: remaining, waiters: waiters, isFirst: isFirst))
        }
        finishPasses()
    }

    /// Compares what is desired with what was, and marks the flows that differ.
    private func takeOver(_ flows: [String: DesiredFlow]) {
        var changed: Set<String> = []
        for (name, flow) in flows where records[name]?.desired != flow {
            changed.insert(name)
            if records[name] == nil {
                records[name] = FlowRecord(name: name, desired: flow, generation: firstGeneration(of: flow))
                journal.secretFailures(of: flow, before: nil)
            } else {
                journal.secretFailures(of: flow, before: records[name]?.desired)
                records[name]?.desire(flow)
            }
        }
        for name in records.keys where flows[name] == nil && records[name]?.desired != nil {
            changed.insert(name)
            records[name]?.desire(nil)
        }
        dirty.formUnion(changed)
        if !changed.isEmpty { keepGenerations(changed) }
    }

    private func firstGeneration(of flow: DesiredFlow) -> Int {
        guard let stored = storedGenerations[flow.accepted.spec.name] else { return 1 }
        return stored.hash == flow.accepted.acceptedHash ? stored.generation : stored.generation + 1
    }

    /// Writes generations down when they differ from what is kept.
    private func keepGenerations(_ changed: Set<String>) {
        let before = storedGenerations
        for name in changed {
            guard let record = records[name], let desired = record.desired else {
                storedGenerations[name] = nil
                continue
            }
            storedGenerations[name] = GenerationStore.Record(
                generation: record.generation,
                hash: desired.accepted.acceptedHash
            )
        }
        guard storedGenerations != before else { return }
        let generations = generations
        let kept = storedGenerations
        writer.enqueueLatest { generations.write(kept) }
    }

    private func notePass(_ look: DirectoryLook, begin: Duration) {
        let now = time.wallTime()
        reconcile.passes += 1
        reconcile.lastPassTime = now
        reconcile.lastDurationSeconds = Double((time.now() - begin).wholeNanoseconds) / 1e9
        if look.hasProblems {
            reconcile.failedPasses += 1
        } else {
            reconcile.lastSuccessTime = now
        }
        let held = records.values.filter { $0.desired?.accepted.isPruneHeld == true }.map(\.name).sorted()
        reconcile.pendingPruneFlows = held
        reconcile.pendingPruneTime = (pruneDeadline ?? nil).map { deadline in
            now + Double((deadline - time.now()).wholeNanoseconds) / 1e9
        }
    }
}
