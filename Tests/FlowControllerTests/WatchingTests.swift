import FlowController
import FlowModel
import FlowPlanner
import Testing

@Suite("Events and time")
struct WatchingTests {
    @Test("An event leads to a look after the quiet time, and a burst to one look")
    func debounce() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000"])
        try await harness.run { harness in
            let reads = harness.directory.reads
            for port in 9001...9005 {
                harness.directory["a.yaml"] = "one \(port)"
                harness.watcher.changed()
            }
            await harness.time.sleeper(until: .milliseconds(20))
            #expect(harness.directory.reads == reads)
            harness.applier.forgetSteps()
            harness.time.advance(by: .milliseconds(20))
            await harness.applier.step("start input in of flow one")
            #expect(harness.directory.reads == reads + 1)
        }
    }

    @Test("Without any event the directory is read every five seconds")
    func rescan() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000"])
        try await harness.run { harness in
            await harness.time.sleeper(until: .seconds(5))
            harness.directory["b.yaml"] = "two 9001"
            harness.time.advance(by: .seconds(5))
            await harness.applier.step("start input in of flow two")
        }
    }

    @Test("While changes are still coming in nothing is deleted; when it is quiet it is")
    func deletionsWaitForQuiet() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.directory["a.yaml"] = nil
            harness.directory["c.yaml"] = "three 9002"
            // Events every 10 ms: never 20 ms of quiet, so the look comes at the maximum wait.
            for tick in 1...20 {
                harness.watcher.changed()
                await harness.time.sleeper(until: .milliseconds(min(200, tick * 10 + 10)))
                harness.time.advance(by: .milliseconds(10))
            }
            await harness.applier.step("start input in of flow three")
            #expect(!harness.applier.steps.contains("delete flow one"))
            harness.time.advance(by: .milliseconds(20))
            await harness.applier.step("delete flow one")
        }
    }
}
