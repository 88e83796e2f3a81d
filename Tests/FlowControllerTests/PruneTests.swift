import FlowController
import FlowModel
import FlowPlanner
import Testing

@Suite("All files gone at once")
struct PruneTests {
    private func gone(_ harness: ControllerHarness) async {
        harness.directory.setMissing(true)
        await harness.controller.reload()
    }

    @Test("The flows go on, and the status says what waits and until when")
    func held() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await harness.run { harness in
            harness.applier.forgetSteps()
            await gone(harness)
            #expect(harness.applier.steps.isEmpty)
            let status = await harness.controller.status()
            #expect(status.reconcile.pendingPruneFlows == ["one", "two"])
            #expect(status.reconcile.pendingPruneTime == harness.time.wallTime() + 30)
            #expect(await harness.conditions("one") == "Ready=True/Running Reconciling=True/DeletionPending")
            #expect(harness.events.reasons.filter { $0.hasSuffix("DeletionHeld") }.count == 2)
        }
    }

    @Test("After the grace they are deleted, without another event")
    func carriedOut() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000"])
        try await harness.run { harness in
            await gone(harness)
            for _ in 0..<5 {
                harness.time.advance(by: .seconds(5))
                await harness.controller.reload()
            }
            #expect(harness.applier.running.count == 1)
            harness.time.advance(by: .seconds(5))
            await harness.applier.step("delete flow one")
            await harness.controller.reload()
            let status = await harness.controller.status()
            #expect(status.flows.isEmpty && status.reconcile.pendingPruneFlows.isEmpty)
            #expect(status.reconcile.pendingPruneTime == nil)
        }
        #expect(harness.state.names.filter { $0.hasPrefix("last-good/") }.isEmpty)
    }

    @Test("Files that come back end it, and no flow has noticed")
    func cancelled() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await harness.run { harness in
            harness.applier.forgetSteps()
            await gone(harness)
            harness.directory.setMissing(false)
            await harness.controller.reload()
            harness.time.advance(by: .seconds(60))
            await harness.controller.reload()
            #expect(harness.applier.steps.isEmpty)
            #expect(await harness.conditions("one") == "Ready=True/Running")
            #expect(await harness.controller.status().reconcile.pendingPruneFlows.isEmpty)
        }
    }

    @Test("A directory that fills up slowly loses no flow on the way")
    func slowReturn() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.directory.removeAll()
            await harness.controller.reload()
            harness.directory["a.yaml"] = "one 9000"
            await harness.controller.reload()
            #expect(await harness.controller.status().reconcile.pendingPruneFlows == ["two"])
            harness.time.advance(by: .seconds(3))
            harness.directory["b.yaml"] = "two 9001"
            await harness.controller.reload()
            #expect(harness.applier.steps.isEmpty)
        }
    }

    @Test("immediate deletes at once; never does not")
    func policies() async throws {
        let immediate = ControllerHarness(["a.yaml": "one 9000"], prune: .immediate)
        try await immediate.run { harness in
            await gone(harness)
            #expect(harness.applier.running.isEmpty)
        }
        let never = ControllerHarness(["a.yaml": "one 9000"], prune: .never)
        try await never.run { harness in
            await gone(harness)
            harness.time.advance(by: .seconds(100_000))
            await harness.controller.reload()
            #expect(harness.applier.running.count == 1)
            let status = await harness.controller.status()
            #expect(status.reconcile.pendingPruneFlows == ["one"] && status.reconcile.pendingPruneTime == nil)
        }
    }
}
