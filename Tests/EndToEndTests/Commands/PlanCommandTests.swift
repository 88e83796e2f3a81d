import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// What `headgate plan` says is what happens once the files are in place.
@Suite("Plans", .shared)
struct PlanCommandTests {
    /// A copy of the gateway's folder, to be edited.
    private let next: TemporaryDirectory

    init() throws { next = try TemporaryDirectory("headgate-next") }

    private func plan(_ path: String, _ gateway: GatewayProcess, _ more: [String] = []) async throws
        -> HeadgateCommand.Result
    {
        try await HeadgateCommand.run(["plan", path] + more + HeadgateCommand.server(gateway))
    }

    /// A gateway with an SRT publisher at its input and one player at its output.
    private func connected(_ port: UInt16, _ text: String) async throws -> (GatewayProcess, publisher: ChildProcess) {
        let gateway = try await GatewayProcess.start(["a.yaml": text])
        let publisher = try SRTPublisher.srtLiveTransmit.start(from: FreePorts.next(), to: port)
        try await gateway.waitForFlow("a", "published to") { $0.leg()?.state == .connected }
        return (gateway, publisher)
    }

    @Test("An allowlist is an update; put in place, nobody is dropped")
    func update() async throws {
        let port = FreePorts.next()
        let (gateway, publisher) = try await connected(port, FlowText.srtInput("a", port: port))
        defer { publisher.end() }
        let before = try #require(try gateway.flow("a")?.leg()?.remote)
        let edited = FlowText.srtInput("a", port: port, "allow: [127.0.0.0/8]")
        try next.write(edited, to: "a.yaml")
        let result = try await plan(next.path, gateway)
        #expect(result.status == .code(3), "\(result)")
        #expect(result.output.hasPrefix("a: update input in, nobody is dropped\n"), "\(result)")
        #expect(result.output.hasSuffix("1 change: 1 update. No session ends.\n"))
        // Nothing was changed by asking.
        #expect(try gateway.flow("a")?.generation == 1)

        try gateway.flows.replace("a.yaml", with: edited)
        let after = try await gateway.waitForFlow("a", "updated") { $0.isReady && $0.observedGeneration == 2 }
        #expect(after.leg()?.remote == before && after.leg()?.state == .connected && publisher.isRunning)
        #expect(try await plan(next.path, gateway).status == .code(0))
    }

    @Test("A latency restarts the input, and costs the one session that is there")
    func restart() async throws {
        let port = FreePorts.next()
        let (gateway, publisher) = try await connected(port, FlowText.srtInput("a", port: port))
        defer { publisher.end() }
        let remote = try #require(try gateway.flow("a")?.leg()?.remote)
        let edited = FlowText.srtInput("a", port: port, "latency: 300ms")
        let file = try next.write(edited, to: "a.yaml")
        let text = try await plan(next.path, gateway)
        #expect(text.status == .code(3))
        #expect(text.output.hasPrefix("a: restart input in, ends 1 session: \(remote)\n"), "\(text)")

        let json = try await plan(file, gateway, ["--format", "json"])
        #expect(json.status == .code(3))
        let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        let change = try #require((document?["changes"] as? [[String: Any]])?.first)
        #expect(change["action"] as? String == "restart input" && change["name"] as? String == "in")
        #expect((change["sessions"] as? [[String: Any]])?.first?["remote"] as? String == remote)

        try gateway.flows.replace("a.yaml", with: edited)
        try await gateway.waitForLog("the input in was restarted")
    }

    @Test("A flow that is not declared any more is deleted, by its folder and by its own file, but by no other file")
    func delete() async throws {
        let (one, two) = (
            FlowText.srtInput("one", port: FreePorts.next()), FlowText.srtInput("two", port: FreePorts.next())
        )
        let gateway = try await GatewayProcess.start(["a.yaml": "\(one)---\n\(two)"])
        let file = try next.write(one, to: "a.yaml")
        let folder = try await plan(next.path, gateway)
        #expect(folder.status == .code(3) && folder.output.hasPrefix("two: delete, ends no session\n"), "\(folder)")
        #expect(try await plan(file, gateway).status == .code(0))
        let input = try await HeadgateCommand.run(["plan", "-"] + HeadgateCommand.server(gateway), input: two)
        #expect(input.status == .code(0))
        // In the gateway's own folder, before the gateway has looked: it is asked with what is on disk by then.
        let own = try await plan(gateway.flows.path("a.yaml"), gateway)
        #expect(own.status == .code(0))
        try next.remove("a.yaml")
        let empty = try await plan(next.path, gateway)
        #expect(empty.status == .code(3) && empty.output.contains("Note: no flow is left"), "\(empty)")
    }

    @Test("A new flow lists what it will listen on")
    func create() async throws {
        let gateway = try await GatewayProcess.start()
        let port = FreePorts.next()
        let file = try next.write(FlowText.srtInput("new", port: port), to: "n.yaml")
        let result = try await plan(file, gateway)
        #expect(result.status == .code(3))
        #expect(result.output.hasPrefix("new: create\n  input in, srt: listens on UDP port \(port)\n"), "\(result)")
    }

    @Test("An invalid file is said as validate says it")
    func invalid() async throws {
        let gateway = try await GatewayProcess.start()
        let text = FlowText.srtInput("a", port: 9_000).replacing("port: 9000", with: "port: 9000, latancy: 5ms")
        let file = try next.write(text, to: "bad.yaml")
        for path in [file, next.path] {
            let result = try await plan(path, gateway)
            let validated = try await HeadgateCommand.run(["validate", path])
            #expect(result.status == .code(1) && result.output == validated.output, "\(result)")
            #expect(result.output.hasPrefix("\(file):5:"), "\(result)")
        }
        let json = try await plan(file, gateway, ["--format", "json"])
        #expect(json.status == .code(1) && json.output.contains("\"valid\" : false"), "\(json)")
    }

    @Test("A port that another flow has is found, although its file was not given")
    func clash() async throws {
        let port = FreePorts.next()
        let gateway = try await GatewayProcess.start(["a.yaml": FlowText.srtInput("a", port: port)])
        let file = try next.write(FlowText.srtInput("b", port: port), to: "b.yaml")
        let result = try await plan(file, gateway)
        #expect(result.status == .code(1))
        #expect(result.output.contains("\(file):5:") && result.output.contains("a.yaml"), "\(result)")
    }

    @Test("Secrets are neither read for a client nor told")
    func secrets() async throws {
        let secret = try next.write("correct-horse-battery", to: "key")
        let port = FreePorts.next()
        let literal = "decryption: {key: another-horse-battery, keyLength: 16}"
        let gateway = try await GatewayProcess.start(["a.yaml": FlowText.srtInput("a", port: port, literal)])
        // A pipe shows whether anybody opens it: the answer would not come.
        let pipe = next.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        for path in [secret, pipe] {
            let text = FlowText.srtInput("a", port: port, "decryption: {key: {file: \(path)}, keyLength: 16}")
            let file = try next.write(text, to: "a.yaml")
            let result = try await plan(file, gateway)
            #expect(result.status == .code(3) && result.output.contains("restart input in"), "\(result)")
            #expect(result.output.contains("its secret comes from another place"))
            #expect(!result.output.contains("horse"))
        }
        #expect(try await plan(gateway.flows.path, gateway).status == .code(0))
    }

    @Test("Without a gateway, or without the path, it says so")
    func unanswered() async throws {
        let file = try next.write(FlowText.srtInput("a", port: 9_000), to: "a.yaml")
        let gone = try await HeadgateCommand.run(["plan", file, "--server", "http://127.0.0.1:\(FreePorts.next())"])
        #expect(gone.status == .code(2) && gone.output.isEmpty && gone.errorOutput.contains("cannot reach the gateway"))
        let gateway = try await GatewayProcess.start()
        #expect(try await plan(next.path("nothing"), gateway).status == .code(2))
        // What cannot be read as a file is invalid, as it is to validate.
        #expect(mkfifo(next.path("b.yaml"), 0o600) == 0)
        let unreadable = try await plan(next.path("b.yaml"), gateway)
        #expect(unreadable.status == .code(1) && unreadable.output.hasPrefix(next.path("b.yaml")), "\(unreadable)")
    }

    @Test("serve --plan-only says what a first start would do, and does nothing")
    func planOnly() async throws {
        let port = FreePorts.next()
        // Listens where the flow would: a socket would be refused.
        let holder = try UDPSocket(port: port)
        try next.makeDirectory("flows.d")
        try next.write(FlowText.srtInput("a", port: holder.port), to: "flows.d/a.yaml")
        let state = next.path("state")
        let arguments = [
            "serve", "--plan-only", "--flows", next.path("flows.d"), "--state-dir", state, "--srt", "8891", "--rtmp",
            "off",
        ]
        let good = try await HeadgateCommand.run(arguments)
        #expect(good.status == .code(0), "\(good)")
        #expect(good.output.contains("srt: listens on 0.0.0.0:8891\n") && !good.output.contains("rtmp"), "\(good)")
        #expect(good.output.contains("a: create\n  input in, srt: listens on UDP port \(port)\n"))
        try next.write("name: [", to: "flows.d/b.yaml")
        let bad = try await HeadgateCommand.run(arguments)
        #expect(bad.status == .code(1))
        #expect(
            bad.errorOutput.contains("\(next.path("flows.d"))/b.yaml:1:") && bad.output.contains("a: create"),
            "\(bad)"
        )
        #expect(!FileManager.default.fileExists(atPath: state))
    }
}
