import FlowConfig
import FlowModel
import FlowValidation
import Foundation
import Testing

struct FlowValidationTests {
    /// A folder that goes with the test.
    private final class Folder {
        let path: String

        init() throws {
            path = FileManager.default.temporaryDirectory.appendingPathComponent("validation-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        @discardableResult
        func write(_ name: String, _ text: String) throws -> String {
            let file = URL(fileURLWithPath: path).appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
            return file.path
        }
    }

    private func flow(_ name: String, port: Int = 9000, latency: String = "120ms") -> String {
        """
        apiVersion: headgate/v1
        name: \(name)
        maxBandwidth: 20Mbps
        inputs:
          - name: in
            protocol: srt
            mode: listener
            port: \(port)
            latency: \(latency)
        outputs:
          - {name: out, protocol: udp, host: 192.0.2.1, port: 5000}

        """
    }

    @Test("A folder of valid files is valid")
    func valid() async throws {
        let folder = try Folder()
        try folder.write("a.yaml", flow("a", port: 9000) + "---\n" + flow("b", port: 9001))
        try folder.write("sub/c.yml", flow("c", port: 9002))
        try folder.write(".d.yaml.swp", "nonsense: [")
        let report = await FlowValidation(paths: [folder.path]).run()
        #expect(report.diagnostics == [])
        #expect(report.failures == [])
        #expect(report.exitCode == 0)
        #expect(report.summary == "2 files, 3 flows, 0 errors")
    }

    @Test("What a gateway would run are the flows of files without an error, of their own or with others")
    func accepted() async throws {
        let folder = try Folder()
        try folder.write("a.yaml", flow("a", port: 9000) + "---\n" + flow("b", port: 9001))
        try folder.write("b.yaml", flow("c", port: 9000))
        try folder.write("c.yaml", flow("d", port: 9003) + "---\n" + flow("e", port: 9004, latency: "90s"))
        try folder.write("d.yaml", flow("f", port: 9005))
        let report = await FlowValidation(paths: [folder.path]).run()
        #expect(report.accepted.map(\.name) == ["a", "b", "f"])
        let onGatewayPort = await FlowValidation(paths: [folder.path], gateway: GatewayPorts(srt: 9005)).run()
        #expect(onGatewayPort.accepted.map(\.name) == ["a", "b"])
    }

    @Test("A file lies where the links above it lead, and its own name stays")
    func location() throws {
        let folder = try Folder()
        try folder.write("data/a.yaml", flow("a"))
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/link", withDestinationPath: "data")
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/data/b.yaml", withDestinationPath: "a.yaml")
        var collector = FileCollector()
        collector.collect("\(folder.path)/link/b.yaml")
        let file = try #require(collector.files.first?.file)
        let place = try #require(FileCollector.location(of: file))
        #expect(place.hasSuffix("/data/b.yaml") && place.hasPrefix("/"))
        #expect(
            FileCollector.isFolder(folder.path) && !FileCollector.isFolder(file.path) && !FileCollector.isFolder("-")
        )
    }

    @Test("Problems have their places, in the order of the files")
    func invalid() async throws {
        let folder = try Folder()
        try folder.write("a.yaml", flow("a", port: 9000, latency: "90s"))
        try folder.write("b.yaml", "inputs: [")
        let report = await FlowValidation(paths: [folder.path]).run()
        #expect(report.exitCode == 1)
        let first = try #require(report.diagnostics.first)
        #expect(first.file == "\(folder.path)/a.yaml")
        #expect(first.line == 9)
        #expect(first.column == 14)
        #expect(first.field == "inputs[0].latency")
        #expect(report.diagnostics.map(\.file) == report.diagnostics.map(\.file).sorted())
        #expect(report.diagnostics.last?.file == "\(folder.path)/b.yaml")
    }

    @Test("Files that are named together are held against each other")
    func together() async throws {
        let folder = try Folder()
        let first = try folder.write("a.yaml", flow("a", port: 9000))
        let second = try folder.write("b.yaml", flow("b", port: 9000))
        let report = await FlowValidation(paths: [first, second]).run()
        #expect(report.exitCode == 1)
        #expect(report.diagnostics.allSatisfy { $0.file == second && $0.message.contains(first) })
        #expect(await FlowValidation(paths: [first]).run().exitCode == 0)
        #expect(await FlowValidation(paths: [second]).run().exitCode == 0)
    }

    @Test("A file that is named twice is checked once")
    func twice() async throws {
        let folder = try Folder()
        let file = try folder.write("a.yaml", flow("a"))
        let report = await FlowValidation(paths: [
            file, folder.path, "\(folder.path)/../\(URL(fileURLWithPath: folder.path).lastPathComponent)",
        ]).run()
        #expect(report.fileCount == 1)
        #expect(report.exitCode == 0)
    }

    @Test("A lone file joins a folder: what others there claim is taken")
    func against() async throws {
        let folder = try Folder()
        try folder.write("a.yaml", flow("a", port: 9000))
        let elsewhere = try Folder()
        let lone = try elsewhere.write("b.yaml", flow("b", port: 9000))
        let report = await FlowValidation(paths: [lone], against: folder.path).run()
        #expect(report.exitCode == 1)
        #expect(report.fileCount == 1)
        #expect(report.diagnostics.allSatisfy { $0.file == lone })
        let same = try elsewhere.write("c.yaml", flow("a", port: 9001))
        #expect(await FlowValidation(paths: [same], against: folder.path).run().exitCode == 1)
    }

    @Test("A lone file takes the place of its older self", arguments: ["a.yaml", ".source.yaml", "tmpx7", "itself"])
    func replaces(name: String) async throws {
        let folder = try Folder()
        let old = try folder.write("a.yaml", flow("a", port: 9000))
        let elsewhere = try Folder()
        let lone = name == "itself" ? old : try elsewhere.write(name, flow("a", port: 9000, latency: "200ms"))
        let report = await FlowValidation(paths: [lone], against: folder.path).run()
        #expect(report.diagnostics == [])
        #expect(report.exitCode == 0)
    }

    @Test("Broken files of the folder to join are its own matter")
    func againstBroken() async throws {
        let folder = try Folder()
        try folder.write("broken.yaml", "name: [")
        let elsewhere = try Folder()
        let lone = try elsewhere.write("b.yaml", flow("b"))
        #expect(await FlowValidation(paths: [lone], against: folder.path).run().exitCode == 0)
    }

    @Test("Standard input is a file called -")
    func standardInput() async throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let text = flow("a", latency: "90s")
        #expect(write(ends[1], text, text.utf8.count) == text.utf8.count)
        close(ends[1])
        let report = await FlowValidation(paths: ["-"]).run(standardInputDescriptor: ends[0])
        close(ends[0])
        #expect(report.fileCount == 1)
        #expect(report.diagnostics.first?.description.hasPrefix("-:9:14: error: inputs[0].latency: ") == true)
    }

    @Test("What cannot be checked is told from what is invalid")
    func cannotCheck() async throws {
        let folder = try Folder()
        let file = try folder.write("a.yaml", flow("a"))
        let broken = try folder.write("b.txt", "name: [")
        for validation in [
            FlowValidation(paths: [file, "\(folder.path)/nowhere.yaml"]),
            FlowValidation(paths: [broken, "\(folder.path)/nowhere"]),
            FlowValidation(paths: ["\(file)/below"]),
            FlowValidation(paths: [file], against: "\(folder.path)/nowhere"),
            FlowValidation(paths: [file], policy: "\(folder.path)/nowhere.json"),
            FlowValidation(paths: [file], policy: broken),
        ] {
            let report = await validation.run()
            #expect(report.exitCode == 2)
            #expect(report.failures.count == 1)
        }
    }

    @Test("A file that is there but is no readable file is invalid")
    func unreadable() async throws {
        let folder = try Folder()
        #expect(mkfifo("\(folder.path)/a.yaml", 0o600) == 0)
        for path in [folder.path, "\(folder.path)/a.yaml", "/dev/null"] {
            let report = await FlowValidation(paths: [path]).run()
            #expect(report.exitCode == 1, "\(path): \(report)")
            #expect(report.failures == [])
        }
    }

    @Test("A policy adds an organisation's rules")
    func policy() async throws {
        let folder = try Folder()
        let file = try folder.write("a.yaml", flow("a"))
        let policy = try folder.write("policy.json", #"{"properties": {"name": {"pattern": "^stadium-"}}}"#)
        let report = await FlowValidation(paths: [file], policy: policy).run()
        #expect(report.exitCode == 1)
        #expect(report.diagnostics.map(\.rule) == ["policy/pattern"])
        #expect(report.diagnostics.first?.line == 2)
    }

    @Test("A file larger than a flow file may be is refused by its size")
    func tooLarge() async throws {
        let folder = try Folder()
        let file = try folder.write("a.yaml", flow("a") + "#" + String(repeating: "x", count: 2 << 20))
        for path in [file, folder.path] {
            let report = await FlowValidation(paths: [path]).run()
            #expect(report.exitCode == 1)
            #expect(report.diagnostics.count == 1)
        }
    }

    @Test(
        "The summary counts in words",
        arguments: [
            (0, 0, 0, 0, "0 files, 0 flows, 0 errors"), (1, 1, 1, 1, "1 file, 1 flow, 1 error, 1 warning"),
            (3, 5, 2, 0, "3 files, 5 flows, 2 errors"),
        ]
    )
    func summary(files: Int, flows: Int, errors: Int, warnings: Int, text: String) {
        var report = ValidationReport()
        report.fileCount = files
        report.flowCount = flows
        report.diagnostics =
            (0..<errors).map { _ in Diagnostic(file: "x", message: "m", rule: "r") }
            + (0..<warnings).map { _ in Diagnostic(file: "x", severity: .warning, message: "m", rule: "r") }
        #expect(report.summary == text)
        #expect(report.exitCode == (errors > 0 ? 1 : 0))
    }
}
