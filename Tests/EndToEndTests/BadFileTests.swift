import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// One broken file never takes anything down.
@Suite("Broken files", .shared)
struct BadFileTests {
    private static func good(_ name: String, _ port: UInt16) -> String { FlowText.srtInput(name, port: port) }

    @Test("A file that breaks leaves its flow as it was, names the place, and others go ahead; across a restart too")
    func lastGoodStays() async throws {
        let (port, other) = (FreePorts.next(), FreePorts.next())
        let gateway = try await GatewayProcess.start(["a.yaml": Self.good("a", port)])
        let broken = """
            apiVersion: headgate/v1
            name: a
            maxBandwidth: 50Mbps
            inputs:
              - name: in
                protocol: srt
                mode: listener
                port: \(port)
                latency: 90s
            """
        try gateway.flows.write(broken, to: "a.yaml")
        try gateway.flows.write(Self.good("b", other), to: "b.yaml")
        try await gateway.waitForFlow("b")
        let status = try await gateway.waitForStatus("a.yaml is invalid") { status in
            status.files.contains { $0.path.hasSuffix("a.yaml") && !$0.valid }
        }
        let file = try #require(status.files.first { $0.path.hasSuffix("a.yaml") })
        #expect(file.diskHash != file.runningHash && !file.runningHash.isEmpty)
        let problem = try #require(file.problems.first)
        #expect(problem.line == 9 && problem.column == 14 && problem.field == "inputs[0].latency")
        let flow = try #require(try gateway.flow("a"))
        #expect(flow.leg()?.state == .waiting && flow.generation == 1)
        #expect(flow.diskHash == file.diskHash && flow.runningHash == file.runningHash)
        try await gateway.waitForLog("a.yaml:9:14: error: inputs[0].latency", "schema/maximum")
        #expect(throws: SystemCallError.self) { try UDPSocket(port: port) }

        #expect(try await gateway.stop() == .code(0))
        let again = try await GatewayProcess.start(flows: gateway.flows, state: gateway.state)
        let restored = try await again.waitForFlow("a", "listening") { $0.leg()?.state == .waiting }
        #expect(restored.runningHash == file.runningHash && restored.diskHash == file.diskHash)
        #expect(throws: SystemCallError.self) { try UDPSocket(port: port) }

        try again.flows.write(Self.good("a", port) + "description: mended\n", to: "a.yaml")
        let mended = try await again.waitForFlow("a", "mended") { $0.description == "mended" && $0.isReady }
        #expect(mended.diskHash == mended.runningHash)
    }

    struct Case: Sendable, CustomStringConvertible {
        var description: String
        var words: [String]
        var make: @Sendable (String) throws -> Void
    }

    private static let cases: [Case] = [
        Case(description: "a FIFO", words: ["x.yaml"]) { path in
            guard mkfifo(path, 0o600) == 0 else { throw DeadlineExceeded(description: "mkfifo") }
        },
        Case(description: "50 MB", words: ["x.yaml"]) { path in
            try Data(repeating: UInt8(ascii: "a"), count: 50 << 20).write(to: URL(fileURLWithPath: path))
        },
        Case(description: "a directory named x.yaml", words: ["x.yaml"]) { path in
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        },
        Case(description: "a dangling link", words: ["x.yaml"]) { path in
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/nonexistent/x.yaml")
        },
        Case(description: "a link to itself", words: ["x.yaml"]) { path in
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "x.yaml")
        },
        Case(description: "a character device", words: ["x.yaml"]) { path in
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero")
        },
        Case(description: "an alias bomb", words: ["x.yaml"]) { path in
            let names = Array("abcdefghi")
            var lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
            for (previous, name) in zip(names, names.dropFirst()) {
                let aliases = Array(repeating: "*\(previous)", count: 10).joined(separator: ", ")
                lines.append("\(name): &\(name) [\(aliases)]")
            }
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
        },
        Case(description: "100,000 brackets", words: ["x.yaml"]) { path in
            try Data(repeating: UInt8(ascii: "["), count: 100_000).write(to: URL(fileURLWithPath: path))
        },
        Case(description: "bytes that are no text", words: ["x.yaml"]) { path in
            try Data((0..<4_096).map { UInt8(truncatingIfNeeded: $0 &* 131 | 0x80) }).write(
                to: URL(fileURLWithPath: path)
            )
        },
    ]

    @Test("Something that is no flow file is a diagnostic, and the others run", arguments: cases)
    func notAFlowFile(_ example: Case) async throws {
        let (port, later) = (FreePorts.next(), FreePorts.next())
        let flows = try TemporaryDirectory("headgate-flows")
        try example.make(flows.path("x.yaml"))
        let gateway = try await GatewayProcess.start(["a.yaml": Self.good("a", port)], flows: flows)
        try await gateway.waitForFlow("a")
        try gateway.flows.write(Self.good("b", later), to: "b.yaml")
        try await gateway.waitForFlow("b")
        // A folder may be named as it likes; what is in it counts.
        if example.description != "a directory named x.yaml" {
            let status = try gateway.status()
            let file = try #require(status.files.first { $0.path.hasSuffix("x.yaml") })
            #expect(!file.valid && !file.problems.isEmpty)
        }
        for word in example.words { try await gateway.waitForLog(word) }

        // It is as well when it comes while the gateway runs, and gone when it goes.
        try FileManager.default.removeItem(atPath: flows.path("x.yaml"))
        try await gateway.waitForStatus("gone") { status in !status.files.contains { $0.path.hasSuffix("x.yaml") } }
        try example.make(flows.path("x.yaml"))
        try gateway.flows.write(Self.good("b", later) + "description: edited\n", to: "b.yaml")
        try await gateway.waitForFlow("b", "edited") { $0.description == "edited" && $0.isReady }
        #expect(try gateway.flow("a")?.generation == 1)
    }

    @Test("A file that may not be read is a diagnostic, and the others are checked")
    func unreadable() async throws {
        let directory = try TemporaryDirectory("headgate-flows")
        try directory.makeDirectory("flows.d")
        let path = try directory.write(Self.good("x", FreePorts.next()), to: "flows.d/x.yaml")
        try directory.write(Self.good("a", FreePorts.next()) + "latancy: 5ms\n", to: "flows.d/a.yaml")
        var command = [GatewayProcess.binaryPath]
        if getuid() == 0 {
            // root reads everything, so somebody else has to try, with a copy that they can reach.
            // Copied by a process of its own: children of tests beside this one would inherit the open copy, and a file
            // that is open for writing cannot be executed.
            _ = try await ChildProcess.run("cp", [command[0], directory.path("headgate")])
            guard chmod(directory.path, 0o755) == 0 else { throw DeadlineExceeded(description: "chmod") }
            command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", directory.path("headgate")]
        }
        guard chmod(path, 0) == 0 else { throw DeadlineExceeded(description: "chmod") }
        let result = try await ChildProcess.run(
            command[0],
            command.dropFirst() + ["validate", directory.path("flows.d")]
        )
        let text = result.output + result.errorOutput
        #expect(result.status == .code(1) || result.status == .code(2), "\(result.status)")
        #expect(text.contains("x.yaml") && text.contains("ermission denied"), "\(text)")
        #expect(text.contains("a.yaml:6:"), "\(text)")
    }

    @Test("Two files that want the same name, or the same port: both are named, others run")
    func acrossFiles() async throws {
        let port = FreePorts.next()
        let gateway = try await GatewayProcess.start([
            "a.yaml": Self.good("a", port), "c.yaml": Self.good("c", FreePorts.next()),
        ])
        try gateway.flows.write(Self.good("b", port), to: "b.yaml")
        try await gateway.waitForLog("b.yaml", "a.yaml", "\(port)")
        try gateway.flows.write(Self.good("a", FreePorts.next()), to: "d.yaml")
        try await gateway.waitForLog("d.yaml", "a.yaml")
        for name in ["a", "c"] { #expect(try gateway.flow(name)?.isReady == true, "\(name)") }
        try gateway.flows.remove("a.yaml")
        try gateway.flows.remove("d.yaml")
        try await gateway.waitForFlow("b")
    }
}
