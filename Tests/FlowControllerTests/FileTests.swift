import FlowController
import FlowModel
import FlowPlanner
import Testing

@Suite("Files that are broken, empty, in conflict or gone")
struct FileTests {
    @Test("A broken file keeps its flows, says where it is broken, and others go ahead")
    func lastGood() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.directory["a.yaml"] = "one 9000\none nowhere"
            harness.directory["b.yaml"] = "two 9001 latency=10"
            await harness.controller.reload()
            #expect(Set(harness.applier.steps) == ["stop input in of flow two", "start input in of flow two"])
            #expect(await harness.conditions("one") == "Ready=True/Running Stalled=True/InvalidFile")
            let one = await harness.flow("one")
            #expect(one?.condition(.stalled)?.message.contains("flows.d/a.yaml:2:1") == true)
            #expect(one?.diskHash != one?.runningHash)
            let file = await harness.controller.status().files.first
            #expect(file?.valid == false && file?.problems.first?.line == 2)
            #expect(await harness.controller.status().reconcile.failedPasses == 1)
            harness.directory["a.yaml"] = "one 9000 "
            await harness.controller.reload()
            #expect(await harness.conditions("one") == "Ready=True/Running")
            #expect(
                harness.events.reasons.filter { $0.hasPrefix("one") } == [
                    "one Created", "one InvalidFile", "one FileRecovered",
                ]
            )
        }
    }

    @Test("A broken file that never was valid appears as a file only")
    func neverValid() async throws {
        let harness = ControllerHarness(["a.yaml": "one nowhere", "b.yaml": "two 9001"])
        try await harness.run { harness in
            let status = await harness.controller.status()
            #expect(status.flows.map(\.name) == ["two"])
            #expect(status.files.map(\.valid) == [false, true])
            #expect(status.files.first?.runningHash == "")
        }
    }

    @Test("Last good survives a restart, with the generation")
    func restart() async throws {
        let first = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await first.run { harness in
            harness.directory["a.yaml"] = "one 9002"
            await harness.controller.reload()
        }
        first.directory["a.yaml"] = "one broken"
        let second = ControllerHarness(directory: first.directory, state: first.state)
        try await second.run { harness in
            #expect(harness.applier.running["one"] != nil)
            #expect(await harness.conditions("one") == "Ready=True/Running Stalled=True/InvalidFile")
            #expect(await harness.flow("one")?.generation == 2)
            #expect(await harness.flow("two")?.generation == 1)
        }
        first.directory["a.yaml"] = "one 9003"
        let third = ControllerHarness(directory: first.directory, state: first.state)
        try await third.run { harness in
            #expect(await harness.flow("one")?.generation == 3)
        }
    }

    @Test("What was deleted is forgotten: no last good comes back under its name")
    func deletionForgets() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await harness.run { harness in
            harness.directory["a.yaml"] = nil
            await harness.controller.reload()
            harness.directory["a.yaml"] = "one broken"
            await harness.controller.reload()
            #expect(harness.applier.running["one"] == nil)
        }
        #expect(harness.state.names.filter { $0.hasPrefix("last-good/") }.count == 1)
    }

    @Test("What was deleted while the gateway was down is forgotten too")
    func deletionWhileDown() async throws {
        let first = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await first.run { _ in }
        first.directory["a.yaml"] = nil
        try await ControllerHarness(directory: first.directory, state: first.state).run { harness in
            #expect(Array(harness.applier.running.keys) == ["two"])
        }
        #expect(first.state.names.filter { $0.hasPrefix("last-good/") }.count == 1)
    }

    @Test("A folder that cannot be read at the start keeps what is known of its files")
    func unreadableFolderAtStart() async throws {
        let first = ControllerHarness(["sub/a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await first.run { _ in }
        first.directory.setUnreadableFolders(["sub"])
        let second = ControllerHarness(directory: first.directory, state: first.state)
        try await second.run { harness in
            #expect(Array(harness.applier.running.keys) == ["two"])
            harness.directory.setUnreadableFolders([])
            harness.directory["sub/a.yaml"] = "one broken"
            await harness.controller.reload()
            #expect(Set(harness.applier.running.keys) == ["one", "two"])
        }
    }

    @Test("An empty directory at the start forgets nothing: it may not be mounted yet")
    func emptyAtStart() async throws {
        let first = ControllerHarness(["a.yaml": "one 9000"])
        try await first.run { _ in }
        first.directory.setMissing(true)
        try await ControllerHarness(directory: first.directory, state: first.state).run { harness in
            #expect(harness.applier.running.isEmpty)
        }
        #expect(first.state.names.filter { $0.hasPrefix("last-good/") }.count == 1)
    }

    @Test("ignores transient empty file", arguments: ["", "\n", "# being saved\n"])
    func emptyFile(text: String) async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000"])
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.directory["a.yaml"] = text
            await harness.controller.reload()
            #expect(harness.applier.steps.isEmpty)
            #expect(await harness.conditions("one") == "Ready=True/Running")
            harness.directory["a.yaml"] = "one 9000"
            await harness.controller.reload()
            #expect(harness.applier.steps.isEmpty)
        }
    }

    @Test("does not skip flapping content")
    func flapping() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000"])
        try await harness.run { harness in
            for text in ["one 9001", "one 9000", "one broken", "one 9000", "one 9001", "", "one 9002"] {
                harness.directory["a.yaml"] = text
                await harness.controller.reload()
            }
            guard case .srtListener(let listener)? = harness.applier.running["one"]?.inputs["in"]?.source else {
                Issue.record("the input does not run")
                return
            }
            #expect(listener.port == 9002)
        }
    }

    @Test("An unreadable file keeps its flows")
    func unreadable() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000"])
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.directory.makeUnreadable("a.yaml", "permission denied")
            await harness.controller.reload()
            #expect(harness.applier.steps.isEmpty)
            #expect(await harness.conditions("one") == "Ready=True/Running Stalled=True/InvalidFile")
            #expect(await harness.flow("one")?.diskHash == "")
        }
    }

    @Test("A directory that cannot be read in full deletes nothing")
    func directoryProblem() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.directory["a.yaml"] = nil
            harness.directory.setProblem(
                Diagnostic(file: "flows.d/sub", message: "denied", rule: "directory/unreadable")
            )
            await harness.controller.reload()
            #expect(harness.applier.steps.isEmpty)
            harness.directory.setProblem(nil)
            await harness.controller.reload()
            #expect(harness.applier.steps == ["delete flow one"])
        }
    }

    @Test("A folder that cannot be read keeps the flows in it, and others are deleted as ever")
    func unreadableFolder() async throws {
        let harness = ControllerHarness(["sub/a.yaml": "one 9000", "b.yaml": "two 9001", "c.yaml": "three 9002"])
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.directory.setUnreadableFolders(["sub"])
            harness.directory["b.yaml"] = nil
            await harness.controller.reload()
            await harness.controller.reload()
            #expect(harness.applier.steps == ["delete flow two"])
            #expect(await harness.controller.status().files.first?.path == "flows.d/sub")
            #expect(harness.log.lines.filter { $0.contains("flows.d/sub: error: denied") }.count == 1)
            harness.directory.setUnreadableFolders([])
            await harness.controller.reload()
            #expect(harness.applier.steps == ["delete flow two"])
            #expect(await harness.controller.status().files.count == 2)
        }
    }

    @Test("Of two files in conflict the one that was there goes on, until it makes room")
    func conflict() async throws {
        let harness = ControllerHarness(["b.yaml": "one 9000", "z.yaml": "other 9009"])
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.directory["a.yaml"] = "two 9000"
            await harness.controller.reload()
            #expect(harness.applier.steps.isEmpty)
            #expect(await harness.controller.status().files.first?.valid == false)
            #expect(await harness.conditions("one") == "Ready=True/Running")
            harness.directory["b.yaml"] = nil
            await harness.controller.reload()
            #expect(Set(harness.applier.running.keys) == ["two", "other"])
        }
    }

    @Test("An edit that conflicts keeps the file's last good")
    func conflictingEdit() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "b.yaml": "two 9001"])
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.directory["a.yaml"] = "one 9001"
            await harness.controller.reload()
            #expect(harness.applier.steps.isEmpty)
            #expect(await harness.conditions("one") == "Ready=True/Running Stalled=True/InvalidFile")
            harness.directory["b.yaml"] = "two 9000"
            await harness.controller.reload()
            #expect(harness.applier.steps.count == 4)
            #expect(await harness.conditions("one") == "Ready=True/Running")
        }
    }

    @Test("A newcomer on the port that a broken file still holds is refused as well")
    func conflictWithLastGood() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000", "z.yaml": "other 9009"])
        try await harness.run { harness in
            harness.directory["a.yaml"] = "one broken"
            harness.directory["b.yaml"] = "two 9000"
            await harness.controller.reload()
            #expect(Set(harness.applier.running.keys) == ["one", "other"])
            #expect(await harness.controller.status().files.map(\.valid) == [false, false, true])
        }
    }

    @Test("A problem is logged once, not once per pass")
    func logsOnce() async throws {
        let harness = ControllerHarness(["a.yaml": "one broken"])
        try await harness.run { harness in
            for _ in 0..<5 { await harness.controller.reload() }
            harness.directory["b.yaml"] = "two 9000"
            await harness.controller.reload()
            let errors = harness.log.lines.filter { $0.hasPrefix("error") }
            #expect(errors == ["error flows.d/a.yaml:1:1: error: cannot be read [test/syntax]"])
        }
    }

    @Test("10,000 files take about ten times as long as 1,000")
    func manyFiles() async throws {
        func load(_ count: Int) async throws -> Duration {
            let harness = ControllerHarness()
            for index in 0..<count { harness.directory["f\(index).yaml"] = "flow\(index) \(index) suspend" }
            return try await ContinuousClock().measure {
                try await harness.run { harness in #expect(harness.applier.running.count == count) }
            }
        }
        _ = try await load(100)
        let small = try await load(1_000)
        let large = try await load(10_000)
        #expect(large < small * 40 + .seconds(1))
    }
}
