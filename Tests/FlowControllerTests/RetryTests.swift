import FlowController
import FlowModel
import FlowPlanner
import Testing

@Suite("Failures and retries")
struct RetryTests {
    static let start = "start input in of flow one"

    @Test("A port in use is tried again, later and later, until it is free")
    func backoff() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        harness.applier.fail(Self.start, .portInUse)
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.time.advance(by: .milliseconds(399))
            await harness.controller.reload()
            #expect(harness.applier.steps.isEmpty)
            harness.time.advance(by: .milliseconds(201))
            await harness.applier.steps { $0.count == 1 }
            harness.applier.fail(Self.start, nil)
            harness.time.advance(by: .milliseconds(1_200))
            await harness.applier.steps { $0.count == 2 }
            await harness.controller.reload()
            #expect(await harness.conditions("one") == "Ready=True/Running")
            #expect(harness.applier.steps == [Self.start, Self.start])
            #expect(
                harness.events.reasons.filter { $0.hasPrefix("one") } == [
                    "one PortInUse", "one Created", "one Recovered",
                ]
            )
        }
    }

    @Test("A changed spec is tried at once")
    func changedSpec() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000"])
        harness.applier.fail(Self.start, .portInUse)
        try await harness.run { harness in
            harness.applier.fail(Self.start, nil)
            harness.directory["a.yaml"] = "one 9001"
            await harness.controller.reload()
            #expect(await harness.conditions("one") == "Ready=True/Running")
        }
    }

    @Test("What only a person can mend stalls, and is not tried again before the spec changes")
    func stalled() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        harness.applier.fail(Self.start, .unsupported)
        try await harness.run { harness in
            #expect(
                await harness.conditions("one") == "Ready=False/UnsupportedProtocol Stalled=True/UnsupportedProtocol"
            )
            harness.applier.forgetSteps()
            harness.applier.fail(Self.start, nil)
            harness.time.advance(by: .seconds(3_600))
            await harness.controller.reload()
            #expect(harness.applier.steps.isEmpty)
            harness.directory["a.yaml"] = "one 9000 allow=192.0.2.1"
            await harness.controller.reload()
            #expect(harness.applier.steps == [Self.start])
            #expect(await harness.conditions("one") == "Ready=True/Running")
        }
    }

    @Test("A port that another flow gives up is tried at once")
    func freedPort() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        harness.applier.fail(Self.start, .portInUse)
        try await harness.run { harness in
            harness.applier.fail(Self.start, nil)
            harness.directory["b.yaml"] = nil
            await harness.controller.reload()
            await harness.applier.steps { $0.filter { $0.description == Self.start }.count == 2 }
            await harness.controller.reload()
            #expect(await harness.conditions("one") == "Ready=True/Running")
        }
    }

    @Test("A flow that cannot be made is tried as a whole later")
    func createFails() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        harness.applier.fail("create flow one", .portInUse)
        try await harness.run { harness in
            #expect(!harness.applier.steps.contains(Self.start))
            #expect(await harness.conditions("one") == "Ready=False/PortInUse Reconciling=True/PortInUse")
            harness.applier.fail("create flow one", nil)
            harness.time.advance(by: .milliseconds(600))
            await harness.applier.step(Self.start)
            await harness.controller.reload()
            #expect(await harness.conditions("one") == "Ready=True/Running")
        }
    }

    @Test("A failed update leaves the input stopped, and it is started again")
    func updateFails() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000"])
        try await harness.run { harness in
            harness.applier.fail("update input in of flow one", .portInUse)
            harness.directory["a.yaml"] = "one 9000 allow=192.0.2.1"
            await harness.controller.reload()
            harness.applier.forgetSteps()
            harness.time.advance(by: .milliseconds(600))
            await harness.applier.step(Self.start)
            await harness.controller.reload()
            #expect(await harness.conditions("one") == "Ready=True/Running")
        }
    }

    @Test("A transition time stays while the status does, and moves with it")
    func transitionTimes() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await harness.run { harness in
            let before = await harness.flow("one")?.condition(.ready)?.lastTransitionTime
            harness.time.advance(by: .seconds(10))
            harness.directory["a.yaml"] = "# comment\none 9000"
            await harness.controller.reload()
            #expect(await harness.flow("one")?.condition(.ready)?.lastTransitionTime == before)
            harness.time.advance(by: .seconds(10))
            harness.applier.fail(Self.start, .portInUse)
            harness.directory["a.yaml"] = "one 9005"
            await harness.controller.reload()
            let after = await harness.flow("one")?.condition(.ready)
            #expect(after?.status == .false && after?.lastTransitionTime == (before ?? 0) + 20)
        }
    }
}
