import FlowModel
import Foundation
import HeadgateTestKit
import Testing

@Suite("Commands", .shared)
struct CommandTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let valid = FlowText.srtInput("a", port: 9_000)
    private static let invalid = valid.replacing("port: 9000", with: "port: 9000, latancy: 5ms")

    private func headgate(_ arguments: [String], input: String? = nil) async throws -> (
        status: ProcessEnd, output: String, errorOutput: String
    ) {
        try await ChildProcess.run(GatewayProcess.binaryPath, arguments, input: input)
    }

    @Test("validate: 0 valid, 1 invalid, 2 could not check")
    func exitCodes() async throws {
        let directory = try TemporaryDirectory()
        let good = try directory.write(Self.valid, to: "good.yaml")
        let bad = try directory.write(Self.invalid, to: "bad.yaml")
        #expect(try await headgate(["validate", good]).status == .code(0))
        let result = try await headgate(["validate", bad])
        #expect(result.status == .code(1))
        let text = result.output + result.errorOutput
        #expect(text.contains("\(bad):5:"), "\(text)")
        #expect(text.contains("latancy") && text.contains("latency"), "\(text)")
        #expect(try await headgate(["validate", directory.path("missing.yaml")]).status == .code(2))
        #expect(try await headgate(["validate", "-"], input: Self.valid).status == .code(0))
        #expect(try await headgate(["validate", "-"], input: Self.invalid).status == .code(1))
        // All problems of all files at once.
        let both = try await headgate(["validate", directory.path])
        #expect(both.status == .code(1))
    }

    @Test("validate: JSON and SARIF can be read")
    func formats() async throws {
        let directory = try TemporaryDirectory()
        let bad = try directory.write(Self.invalid, to: "bad.yaml")
        let json = try await headgate(["validate", "--format", "json", bad])
        #expect(json.status == .code(1))
        _ = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
        #expect(json.output.contains("latancy"))
        let sarif = try await headgate(["validate", "--format", "sarif", bad])
        let log = try #require(
            try JSONSerialization.jsonObject(with: Data(sarif.output.utf8)) as? [String: Any]
        )
        #expect(log["version"] as? String == "2.1.0")
        let runs = try #require(log["runs"] as? [[String: Any]])
        #expect((runs.first?["results"] as? [Any])?.count == 1)
    }

    @Test("validate --against finds what clashes with the files that run")
    func against() async throws {
        let directory = try TemporaryDirectory()
        try directory.makeDirectory("flows.d")
        try directory.write(Self.valid, to: "flows.d/a.yaml")
        let new = try directory.write(FlowText.srtInput("b", port: 9_000), to: "b.yaml")
        #expect(try await headgate(["validate", new]).status == .code(0))
        let result = try await headgate(["validate", new, "--against", directory.path("flows.d")])
        #expect(result.status == .code(1))
        #expect((result.output + result.errorOutput).contains("a.yaml"))
    }

    @Test("validate --policy adds an organisation's rules")
    func policy() async throws {
        let directory = try TemporaryDirectory()
        let policy = try directory.write(#"{"properties": {"name": {"pattern": "^prod-"}}}"#, to: "policy.json")
        let file = try directory.write(Self.valid, to: "a.yaml")
        #expect(try await headgate(["validate", file, "--policy", policy]).status == .code(1))
        try directory.write(Self.valid.replacing("name: a\n", with: "name: prod-a\n"), to: "a.yaml")
        #expect(try await headgate(["validate", file, "--policy", policy]).status == .code(0))
    }

    @Test("The examples in flows.d and in the README are valid")
    func examples() async throws {
        let examples = try await headgate(["validate", Self.root.appendingPathComponent("flows.d").path])
        #expect(examples.status == .code(0), "\(examples.output)\(examples.errorOutput)")
        let readme = try String(contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
        let blocks = readme.components(separatedBy: "```yaml\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        let flows = blocks.filter { $0.contains("apiVersion: headgate/v1") }
        #expect(!flows.isEmpty)
        for flow in flows {
            let result = try await headgate(["validate", "-"], input: flow)
            #expect(result.status == .code(0), "\(flow)\n\(result.output)\(result.errorOutput)")
        }
    }

    @Test("status and wait speak for the gateway")
    func statusAndWait() async throws {
        let gateway = try await GatewayProcess.start(["a.yaml": FlowText.srtInput("a", port: FreePorts.next())])
        let server = ["--server", "http://127.0.0.1:\(gateway.httpPort)"]
        #expect(try await headgate(["wait", "a", "--for", "Ready", "--timeout", "20s"] + server).status == .code(0))
        let table = try await headgate(["status"] + server)
        #expect(table.status == .code(0), "\(table.errorOutput)")
        #expect(table.output.contains("FLOW") && table.output.contains("Ready"))
        let json = try await headgate(["status", "a", "--json"] + server)
        _ = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
        #expect(
            try await headgate(["wait", "nobody", "--for", "Ready", "--timeout", "300ms"] + server).status == .code(1)
        )
        let holder = try UDPSocket()
        try gateway.flows.write(FlowText.srtInput("b", port: holder.port), to: "b.yaml")
        try await gateway.waitForFlow("b", "in trouble") { $0.condition(.ready)?.status == .false }
        #expect(try await headgate(["status"] + server).status == .code(1))
        #expect(try await headgate(["status", "a"] + server).status == .code(0))
        #expect(try await headgate(["status", "b"] + server).status == .code(1))
        #expect(try await headgate(["wait", "b", "--for", "Ready", "--timeout", "300ms"] + server).status == .code(1))
    }

    @Test("The status API keeps to its schema")
    func statusSchema() async throws {
        let gateway = try await GatewayProcess.start(["a.yaml": FlowText.srtInput("a", port: FreePorts.next())])
        let body = try JSONSerialization.jsonObject(with: Data(try gateway.get("/api/v1/flows").body)) as? [String: Any]
        let flow = try #require((body?["flows"] as? [[String: Any]])?.first)
        for key in [
            "name", "generation", "observedGeneration", "diskHash", "runningHash", "conditions", "inputs", "outputs",
        ] {
            #expect(flow[key] != nil, "\(key)")
        }
    }

    @Test("Without a gateway the commands say so")
    func noGateway() async throws {
        let server = ["--server", "http://127.0.0.1:\(FreePorts.next())"]
        let result = try await headgate(["status"] + server)
        #expect(result.status != .code(0))
        #expect(!result.errorOutput.isEmpty)
    }
}
