import FlowController
import FlowModel
import FlowPlanner
import Foundation
import Testing

/// What happens to real directories, as real tools change them. Only events count here: the periodic look is off.
@Suite("Watching a real directory", .timeLimit(.minutes(5)))
struct FileSystemTests {
    let folder: TemporaryFolder
    let applier = ScriptedApplier()
    let log = LogCapture()

    init() throws { folder = try TemporaryFolder() }

    private static func flow(_ name: String, port: Int, more: String = "") -> String {
        """
        apiVersion: headgate/v1
        name: \(name)
        maxBandwidth: 1Mbps
        inputs:
          - {name: in, protocol: rtp, port: \(port)\(more)}

        """
    }

    private func run(
        _ flows: String = "flows.d",
        prune: PrunePolicy = .default,
        _ body: (FlowController) async throws -> Void
    ) async throws {
        let controller = FlowController(
            configuration: FlowControllerConfiguration(
                flowsDirectory: folder(flows),
                stateDirectory: folder("state"),
                prune: prune,
                rescanInterval: .seconds(3_600),
                // Longer than a busy machine keeps a test waiting between two of its writes, which would else be two
                // changes.
                debounceQuiet: .seconds(1),
                debounceMaximumWait: .seconds(30)
            ),
            applier: applier,
            logger: log.logger()
        )
        let task = Task { try await controller.run() }
        await controller.waitUntilReady()
        applier.forgetSteps()
        do {
            try await body(controller)
        } catch {
            task.cancel()
            try await task.value
            throw error
        }
        task.cancel()
        try await task.value
    }

    private func twoFlows() throws {
        try folder.makeFolder("flows.d")
        try folder.write(Self.flow("one", port: 9_000), to: "flows.d/a.yaml")
        try folder.write(Self.flow("two", port: 9_002), to: "flows.d/b.yaml")
    }

    /// Waits until the flow's input has this port, then makes sure that no other flow was touched.
    private func expect(_ name: String, on port: UInt16, _ controller: FlowController) async {
        await applier.running { $0[name]?.rtpPort == port }
        await controller.reload()
        #expect(applier.steps.allSatisfy { $0.hasSuffix("flow \(name)") }, "\(applier.steps)")
        #expect(await controller.status().flows.allSatisfy(\.isReady))
    }

    @Test("In-place writes")
    func inPlace() async throws {
        try twoFlows()
        try await run { controller in
            for port in [9_010, 9_020, 9_030] {
                try folder.write(Self.flow("one", port: port), to: "flows.d/a.yaml")
                await expect("one", on: UInt16(port), controller)
            }
            #expect(applier.steps.count == 6)
        }
    }

    @Test("An in-place write in pieces does not disturb: it ends in what is on disk")
    func inPieces() async throws {
        try twoFlows()
        try await run { controller in
            let text = Self.flow("one", port: 9_010)
            let handle = try #require(FileHandle(forWritingAtPath: folder("flows.d/a.yaml")))
            try handle.truncate(atOffset: 0)
            await controller.reload()
            try handle.write(contentsOf: Data(text.utf8.prefix(40)))
            await controller.reload()
            #expect(applier.steps.isEmpty)
            try handle.write(contentsOf: Data(text.utf8.dropFirst(40)))
            try handle.close()
            await expect("one", on: 9_010, controller)
        }
    }

    @Test("Rename-saves")
    func renameSave() async throws {
        try twoFlows()
        try await run { controller in
            for port in [9_010, 9_020, 9_030] {
                try folder.save(Self.flow("one", port: port), as: "flows.d/a.yaml")
                await expect("one", on: UInt16(port), controller)
            }
        }
    }

    @Test("A ConfigMap's swap of ..data")
    func configMap() async throws {
        try folder.makeFolder("flows.d/..2026_1")
        try folder.write(Self.flow("one", port: 9_000), to: "flows.d/..2026_1/a.yaml")
        try folder.write(Self.flow("two", port: 9_002), to: "flows.d/..2026_1/b.yaml")
        try folder.link("flows.d/..data", to: "..2026_1")
        for name in ["a.yaml", "b.yaml"] { try folder.link("flows.d/\(name)", to: "..data/\(name)") }
        try await run { controller in
            for (index, port) in [(2, 9_010), (3, 9_020)] {
                try folder.makeFolder("flows.d/..2026_\(index)")
                try folder.write(Self.flow("one", port: port), to: "flows.d/..2026_\(index)/a.yaml")
                try folder.write(Self.flow("two", port: 9_002), to: "flows.d/..2026_\(index)/b.yaml")
                try folder.link("flows.d/..data_tmp", to: "..2026_\(index)")
                try folder.move("flows.d/..data_tmp", to: "flows.d/..data")
                try folder.remove("flows.d/..2026_\(index - 1)")
                await expect("one", on: UInt16(port), controller)
            }
        }
    }

    @Test("A write behind a link")
    func linkTarget() async throws {
        try twoFlows()
        try folder.makeFolder("elsewhere")
        try folder.write(Self.flow("three", port: 9_004), to: "elsewhere/c.txt")
        try folder.link("flows.d/c.yaml", to: folder("elsewhere/c.txt"))
        try await run { controller in
            try folder.write(Self.flow("three", port: 9_010), to: "elsewhere/c.txt")
            await expect("three", on: 9_010, controller)
        }
    }

    @Test("The directory is replaced by another one")
    func replaced() async throws {
        try twoFlows()
        try folder.makeFolder("next")
        try folder.write(Self.flow("one", port: 9_010), to: "next/a.yaml")
        try folder.write(Self.flow("two", port: 9_002), to: "next/b.yaml")
        try await run { controller in
            try folder.move("flows.d", to: "before")
            try folder.move("next", to: "flows.d")
            await expect("one", on: 9_010, controller)
            // The new directory is watched, not the old one.
            try folder.write(Self.flow("one", port: 9_020), to: "flows.d/a.yaml")
            await expect("one", on: 9_020, controller)
        }
    }

    @Test("The directory is deleted and made again")
    func recreated() async throws {
        try twoFlows()
        try await run { controller in
            try folder.remove("flows.d")
            await controller.reload()
            #expect(applier.steps.isEmpty)
            #expect(await controller.status().reconcile.pendingPruneFlows == ["one", "two"])
            try twoFlows()
            try folder.write(Self.flow("one", port: 9_010), to: "flows.d/a.yaml")
            await expect("one", on: 9_010, controller)
            #expect(await controller.status().reconcile.pendingPruneFlows.isEmpty)
        }
    }

    @Test("The directory comes only after the start")
    func lateDirectory() async throws {
        try await run("late/flows.d") { controller in
            try folder.makeFolder("late/flows.d")
            try folder.write(Self.flow("one", port: 9_000), to: "late/flows.d/a.yaml")
            await expect("one", on: 9_000, controller)
        }
    }

    @Test("A link above the directory is swapped, as releases are")
    func deployedRelease() async throws {
        for (release, port) in [("r1", 9_000), ("r2", 9_010)] {
            try folder.makeFolder("\(release)/flows.d")
            try folder.write(Self.flow("one", port: port), to: "\(release)/flows.d/a.yaml")
            try folder.write(Self.flow("two", port: 9_002), to: "\(release)/flows.d/b.yaml")
        }
        try folder.link("current", to: "r1")
        try await run("current/flows.d") { controller in
            try folder.link("next", to: "r2")
            try folder.move("next", to: "current")
            await expect("one", on: 9_010, controller)
        }
    }

    @Test("A checkout that touches many files ends in what is on disk, and disturbs no flow that is the same")
    func checkout() async throws {
        try folder.makeFolder("flows.d")
        for index in 0..<40 {
            try folder.write(Self.flow("f\(index)", port: 9_000 + 2 * index), to: "flows.d/f\(index).yaml")
        }
        try await run { controller in
            // Every file is unlinked and written again; one changes, two go, one comes.
            for index in 0..<40 {
                try folder.remove("flows.d/f\(index).yaml")
                guard index < 38 else { continue }
                try folder.write(
                    Self.flow("f\(index)", port: index == 7 ? 9_900 : 9_000 + 2 * index),
                    to: "flows.d/f\(index).yaml"
                )
            }
            try folder.write(Self.flow("new", port: 9_950), to: "flows.d/new.yaml")
            await applier.running { flows in
                flows["f7"]?.rtpPort == 9_900 && flows["new"] != nil && flows["f38"] == nil && flows["f39"] == nil
            }
            await controller.reload()
            #expect(applier.running.count == 39)
            #expect(
                Set(applier.steps) == [
                    "delete flow f38", "delete flow f39", "stop input in of flow f7", "start input in of flow f7",
                    "create flow new", "start input in of flow new",
                ]
            )
        }
    }

    @Test("A folder made later, and edits in it")
    func subfolder() async throws {
        try twoFlows()
        try await run { controller in
            try folder.makeFolder("flows.d/team/inner")
            try folder.write(Self.flow("three", port: 9_004), to: "flows.d/team/inner/c.yaml")
            await expect("three", on: 9_004, controller)
            try folder.write(Self.flow("three", port: 9_010), to: "flows.d/team/inner/c.yaml")
            await expect("three", on: 9_010, controller)
        }
    }

    @Test("A changed secret file restarts its input alone")
    func secretFile() async throws {
        try folder.makeFolder("flows.d")
        try folder.makeFolder("secrets")
        try folder.write("0123456789\n", to: "secrets/key")
        let keyed = """
            apiVersion: headgate/v1
            name: keyed
            maxBandwidth: 1Mbps
            inputs:
              - {name: in, protocol: srt, mode: listener, port: 9000, decryption: {key: {file: \(folder("secrets/key"))}}}

            """
        try folder.write(keyed, to: "flows.d/a.yaml")
        try folder.write(Self.flow("two", port: 9_002), to: "flows.d/b.yaml")
        try await run { controller in
            try folder.save("9876543210\n", as: "secrets/key")
            await applier.running { $0["keyed"]?.srtKey == "9876543210" }
            await controller.reload()
            #expect(applier.steps == ["stop input in of flow keyed", "start input in of flow keyed"])
        }
    }

    @Test("What is no file is a diagnostic, never a hang")
    func oddFiles() async throws {
        try twoFlows()
        try #require(mkfifo(folder("flows.d/fifo.yaml"), 0o644) == 0)
        try folder.makeFolder("flows.d/folder.yaml")
        try folder.link("flows.d/dangling.yaml", to: "nowhere")
        try #require(truncateNew(folder("flows.d/huge.yaml"), to: 50 << 20))
        try await run { controller in
            let status = await controller.status()
            #expect(status.flows.map(\.name) == ["one", "two"])
            let refused = status.files.filter { !$0.valid }.map { ($0.path as NSString).lastPathComponent }
            #expect(Set(refused) == ["fifo.yaml", "folder.yaml", "dangling.yaml", "huge.yaml"])
        }
    }

    @Test("Last good lies in the state folder for the owner alone, and is used after a restart")
    func lastGood() async throws {
        try twoFlows()
        try await run { _ in }
        let broken = Self.flow("one", port: 9_000).replacing("1Mbps", with: "much")
        try folder.write(broken, to: "flows.d/a.yaml")
        try await run { controller in
            #expect(applier.running["one"]?.rtpPort == 9_000)
            let one = await controller.status().flows.first
            #expect(one?.condition(.stalled)?.message.contains("flows.d/a.yaml:3:15") == true)
        }
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder("state/last-good"))
        #expect(kept.count == 2)
        for name in kept.map({ "state/last-good/\($0)" }) + ["state/last-good", "state"] {
            let mode = try FileManager.default.attributesOfItem(atPath: folder(name))[.posixPermissions] as? Int
            #expect(mode == (name.hasSuffix("state") || name.hasSuffix("good") ? 0o700 : 0o600))
        }
    }

    private func truncateNew(_ path: String, to bytes: Int) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o644)
        defer { close(descriptor) }
        return descriptor >= 0 && ftruncate(descriptor, bytes) == 0
    }
}

extension ObservedFlow {
    fileprivate var rtpPort: UInt16? {
        guard case .rtp(let input)? = inputs["in"]?.source else { return nil }
        return input.port
    }

    fileprivate var srtKey: String? {
        guard case .srtListener(let input)? = inputs["in"]?.source else { return nil }
        return input.decryption?.key.value
    }
}
