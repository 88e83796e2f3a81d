import FlowController
import FlowModel
import FlowPlanner
import Foundation
import Testing

@Suite("Plans for files that are not in place")
struct PreviewTests {
    private static let files = ["a.yaml": "one 9000 out=9100\ntwo 9001", "sub/b.yaml": "three 9002"]

    /// The changes of a folder, as text.
    private func folder(_ files: [String: String], in harness: ControllerHarness) async -> PlanPreview {
        await harness.controller.preview(
            PlanRequest(
                scope: .folder,
                files: files.sorted { $0.key < $1.key }.map { path, text in
                    .init(path: "next/\(path)", location: path, bytes: Array(text.utf8))
                }
            )
        )
    }

    private func file(_ text: String, location: String = "", in harness: ControllerHarness) async -> PlanPreview {
        let file = PlanRequest.File(path: "next.yaml", location: location, bytes: Array(text.utf8))
        return await harness.controller.preview(PlanRequest(scope: .file, files: [file]))
    }

    private func texts(_ plan: PlanPreview) -> [String] {
        plan.changes.map { "\($0.flow) \($0.action.rawValue) \($0.kind.rawValue) \($0.name ?? "-")" }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var files: [String: String?]
        var changes: [String]

        init(_ description: String, _ files: [String: String?], _ changes: [String]) {
            testDescription = description
            self.files = files
            self.changes = changes
        }
    }

    @Test(
        "A folder stands for everything",
        arguments: [
            Case("no change", [:], []),
            Case("an allowlist", ["a.yaml": "one 9000 out=9100 allow=192.0.2.0/24\ntwo 9001"], ["one update input in"]),
            Case("a latency", ["a.yaml": "one 9000 out=9100 latency=300\ntwo 9001"], ["one restart input input in"]),
            Case("an output's port", ["a.yaml": "one 9000 out=9101\ntwo 9001"], ["one restart output output out"]),
            Case("an output less", ["a.yaml": "one 9000\ntwo 9001"], ["one delete output out"]),
            Case(
                "a suspended flow",
                ["sub/b.yaml": "three 9002 suspend"],
                ["three update flow -", "three delete input in"]
            ),
            Case("a flow less", ["a.yaml": "one 9000 out=9100"], ["two delete flow -"]),
            Case("a file less", ["sub/b.yaml": nil], ["three delete flow -"]),
            Case("a new file", ["c.yaml": "four 9003"], ["four create flow -"]),
            Case("a file that is being saved", ["a.yaml": "# soon"], []),
            Case(
                "a new file beside one that is being saved",
                ["a.yaml": "", "c.yaml": "four 9003"],
                ["four create flow -"]
            ),
        ]
    )
    func wholeFolder(_ example: Case) async throws {
        let harness = ControllerHarness(Self.files)
        try await harness.run { harness in
            harness.applier.forgetSteps()
            var files = Self.files
            for (path, text) in example.files { files[path] = text }
            let plan = await folder(files, in: harness)
            #expect(texts(plan) == example.changes)
            #expect(plan.valid && plan.notes == [])
            #expect(harness.applier.steps.isEmpty, "a plan applies nothing")
        }
    }

    @Test("A lone file leaves other flows alone, whether it declares a new flow or one that runs")
    func loneFile() async throws {
        let harness = ControllerHarness(Self.files)
        try await harness.run { harness in
            let new = await file("four 9003", in: harness)
            #expect(texts(new) == ["four create flow -"])
            #expect(new.changes.first?.endpoints.map(\.place) == ["listens on UDP port 9003"])
            let suspended = await file("four 9003 suspend", in: harness)
            #expect(suspended.changes.map(\.note) == ["suspended: nothing of it runs"])
            #expect(texts(await file("two 9001 latency=300", in: harness)) == ["two restart input input in"])
            #expect(texts(await file("two 9001", in: harness)) == [])
            let clash = await file("four 9002", in: harness)
            #expect(!clash.valid && clash.changes.isEmpty)
            #expect(clash.diagnostics.map(\.file) == ["next.yaml"])
        }
    }

    @Test("A file that is one of the gateway's own takes its place: what it declares no more is deleted")
    func ownFile() async throws {
        let harness = ControllerHarness(Self.files)
        try await harness.run { harness in
            let place = "\(FileManager.default.currentDirectoryPath)/flows.d/a.yaml"
            #expect(texts(await file("one 9000 out=9100", location: place, in: harness)) == ["two delete flow -"])
            #expect(
                texts(await file("one 9000 out=9100\ntwo 9004", location: place, in: harness)) == [
                    "two restart input input in"
                ]
            )
            #expect(texts(await file("# soon", location: place, in: harness)) == [])
            // Another file's flow stays that file's.
            #expect(await !file("three 9002", location: place, in: harness).valid)
        }
    }

    @Test("Problems come with the names that the client gave, and then there are no changes")
    func invalid() async throws {
        let harness = ControllerHarness(Self.files)
        try await harness.run { harness in
            let plan = await folder(["a.yaml": "one 9000\nnonsense", "b.yaml": "two 9001"], in: harness)
            #expect(!plan.valid && plan.changes.isEmpty)
            #expect(plan.diagnostics.map(\.description) == ["next/a.yaml:2:1: error: cannot be read [test/syntax]"])
        }
    }

    @Test("What cannot run for now is no change, nor is a file that is refused on disk")
    func troubles() async throws {
        let harness = ControllerHarness(Self.files)
        harness.applier.fail("start input in of flow one", .portInUse)
        try await harness.run { harness in
            #expect(texts(await folder(Self.files, in: harness)) == [])
            harness.directory["sub/b.yaml"] = "nonsense"
            await harness.controller.reload()
            #expect(texts(await folder(Self.files, in: harness)) == [])
        }
    }

    @Test("Places of secrets are compared, their values are neither read nor guessed at")
    func secrets() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000 key=/known"])
        harness.secrets[.file("/known")] = "correct-horse"
        harness.secrets[.file("/other")] = "correct-horse"
        try await harness.run { harness in
            #expect(texts(await folder(["a.yaml": "one 9000 key=/known"], in: harness)) == [])
            let moved = await folder(["a.yaml": "one 9000 key=/other"], in: harness)
            #expect(texts(moved) == ["one restart input input in"])
            #expect(moved.changes.first?.note?.contains("another place") == true)
            let other = await folder(["a.yaml": "one 9000 key=/known latency=300"], in: harness)
            #expect(texts(other) == ["one restart input input in"] && other.changes.first?.note == nil)
            // The gateway itself reads it, and finds the same.
            harness.applier.forgetSteps()
            harness.directory["a.yaml"] = "one 9000 key=/other"
            await harness.controller.reload()
            #expect(harness.applier.steps == ["update input in of flow one"])
        }
    }

    @Test("The loss of all flows is shown, and that the gateway waits")
    func lossOfAll() async throws {
        let harness = ControllerHarness(Self.files)
        try await harness.run { harness in
            let plan = await folder([:], in: harness)
            #expect(texts(plan) == ["one delete flow -", "three delete flow -", "two delete flow -"])
            #expect(plan.notes == ["no flow is left: the gateway waits 30s for the files to come back (--prune)"])
        }
    }
}
