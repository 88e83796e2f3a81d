import FlowController
import FlowModel
import FlowPlanner
import Testing

@Suite("Reconciling, in memory")
struct ReconcileTests {
    @Test("Everything that the files ask for is applied once before it is ready")
    func firstPass() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "sub/b.yaml": "two 9001 out=9100\nthree 9002"])
        try await harness.run { harness in
            #expect(Set(harness.applier.running.keys) == ["one", "two", "three"])
            #expect(await harness.controller.status().ready)
            #expect(await harness.conditions("two") == "Ready=True/Running")
            let two = await harness.flow("two")
            #expect(two?.file == "flows.d/sub/b.yaml")
            #expect(two?.generation == 1 && two?.observedGeneration == 1)
            #expect(two?.diskHash == two?.runningHash && two?.runningHash.count == 64)
            #expect(two?.inputs.first?.legs.first?.state == .waiting)
            #expect(two?.outputs.map(\.name) == ["out"])
        }
    }

    @Test("A failed component does not hold readiness back")
    func readyInSpiteOfFailure() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        harness.applier.fail("start input in of flow one", .portInUse)
        try await harness.run { harness in
            #expect(await harness.controller.status().ready)
            #expect(await harness.conditions("one") == "Ready=False/PortInUse Reconciling=True/PortInUse")
            #expect(await harness.conditions("two") == "Ready=True/Running")
            let one = await harness.flow("one")
            #expect(one?.observedGeneration == 0)
            #expect(one?.inputs.first?.legs.first?.lastError == "port 9000 is in use")
        }
    }

    @Test("An edit gives steps to what it names, and to nothing else")
    func isolation() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001 out=9100\nthree 9002"])
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.directory["b.yaml"] = "two 9001 out=9100 latency=300\nthree 9002"
            await harness.controller.reload()
            #expect(harness.applier.steps == ["stop input in of flow two", "start input in of flow two"])
            harness.applier.forgetSteps()
            harness.directory["b.yaml"] = "two 9001 out=9100 latency=300 allow=192.0.2.0/24\nthree 9002"
            await harness.controller.reload()
            #expect(harness.applier.steps == ["update input in of flow two"])
            harness.applier.forgetSteps()
            harness.directory["b.yaml"] = "# a comment\ntwo 9001 out=9100 latency=300 allow=192.0.2.0/24\nthree 9002"
            await harness.controller.reload()
            #expect(harness.applier.steps.isEmpty)
            let two = await harness.flow("two")
            #expect(two?.generation == 3 && two?.observedGeneration == 3)
            #expect(two?.runningHash == two?.diskHash)
            #expect(await harness.flow("three")?.generation == 1)
        }
    }

    @Test("A flow that moves to another file goes on")
    func moves() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.directory["a.yaml"] = nil
            harness.directory["c.yaml"] = "one 9000"
            await harness.controller.reload()
            #expect(harness.applier.steps.isEmpty)
            #expect(await harness.flow("one")?.file == "flows.d/c.yaml")
            #expect(await harness.conditions("one") == "Ready=True/Running")
        }
    }

    @Test("Flows that swap ports release both before either takes its new one")
    func swap() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.directory["a.yaml"] = "one 9001"
            harness.directory["b.yaml"] = "two 9000"
            await harness.controller.reload()
            #expect(harness.applier.steps.prefix(2).allSatisfy { $0.hasPrefix("stop") })
            #expect(harness.applier.steps.suffix(2).allSatisfy { $0.hasPrefix("start") })
            #expect(harness.applier.steps.count == 4)
        }
    }

    @Test("A suspended flow is there and ready, and runs nothing")
    func suspended() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000 out=9100"])
        try await harness.run { harness in
            harness.directory["a.yaml"] = "one 9000 out=9100 suspend"
            await harness.controller.reload()
            #expect(harness.applier.running["one"]?.inputs.isEmpty == true)
            #expect(harness.applier.running["one"]?.outputs.isEmpty == true)
            #expect(await harness.conditions("one") == "Ready=True/Suspended")
            #expect(await harness.flow("one")?.suspended == true)
        }
    }

    @Test("A deleted file deletes its flows when others are left")
    func deletes() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await harness.run { harness in
            harness.directory["a.yaml"] = nil
            await harness.controller.reload()
            #expect(harness.applier.steps.last == "delete flow one")
            #expect(await harness.controller.status().flows.map(\.name) == ["two"])
            #expect(await harness.controller.status().files.map(\.path) == ["flows.d/b.yaml"])
        }
    }

    @Test("An edit during a slow step is applied after it, and other flows do not wait")
    func slowStep() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await harness.run { harness in
            let slow = "start input in of flow one"
            harness.applier.forgetSteps()
            harness.applier.hold(slow)
            harness.directory["a.yaml"] = "one 9005"
            harness.controller.requestReload()
            await harness.applier.step(slow)
            #expect(await harness.conditions("one") == "Ready=False/Applying Reconciling=True/Applying")
            harness.directory["b.yaml"] = "two 9006"
            await harness.controller.reloadWithoutWaiting(for: "one", harness)
            harness.directory["a.yaml"] = "one 9007"
            harness.controller.requestReload()
            await harness.applier.step("start input in of flow two")
            harness.applier.release(slow)
            await harness.controller.reload()
            #expect(harness.applier.steps.filter { $0 == slow }.count == 2)
            #expect(await harness.conditions("one") == "Ready=True/Running")
            #expect(await harness.flow("one")?.generation == 3)
        }
    }

    @Test("The loop ends when it is cancelled, and whoever waits is let go")
    func cancellation() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000"])
        try await harness.run { _ in }
        await harness.controller.reload()
        await harness.controller.waitUntilReady()
        #expect(harness.applier.running.count == 1)
    }

    @Test("Events tell what happened, once")
    func events() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await harness.run { harness in
            harness.directory["a.yaml"] = "one 9000 latency=500"
            await harness.controller.reload()
            await harness.controller.reload()
            harness.directory["b.yaml"] = nil
            await harness.controller.reload()
            #expect(harness.events.reasons.sorted() == ["one Created", "one Restarted", "two Created", "two Deleted"])
        }
    }

    @Test("1,000 flows come up together, a bounded number at a time")
    func thousandFlows() async throws {
        let harness = ControllerHarness()
        for index in 0..<1_000 { harness.directory["f\(index).yaml"] = "flow\(index) \(1_000 + index)" }
        let clock = ContinuousClock()
        let elapsed = try await clock.measure {
            try await harness.run { harness in
                #expect(harness.applier.running.count == 1_000)
            }
        }
        #expect(elapsed < .seconds(10))
    }
}

extension FlowController {
    /// Asks for a look and returns when it has begun to apply, without waiting for a flow that is held.
    fileprivate func reloadWithoutWaiting(for _: String, _ harness: ControllerHarness) async {
        requestReload()
        await harness.applier.step("start input in of flow two")
    }
}
