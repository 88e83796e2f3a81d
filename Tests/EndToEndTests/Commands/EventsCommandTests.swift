import FlowModel
import Foundation
import HeadgateTestKit
import Testing

@Suite("Events", .shared)
struct EventsCommandTests {
    private func events(_ gateway: GatewayProcess, _ arguments: [String] = []) async throws -> HeadgateCommand.Result {
        try await HeadgateCommand.run(["events"] + arguments + HeadgateCommand.server(gateway))
    }

    private func decoded(_ output: String) throws -> [RecordedEvent] {
        try output.split(separator: "\n").map { try JSONDecoder().decode(RecordedEvent.self, from: Data($0.utf8)) }
    }

    @Test("What happened is printed, as text and as JSON lines, of one flow, one reason, or of late")
    func list() async throws {
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.srtInput("a", port: FreePorts.next()),
            "b.yaml": FlowText.srtInput("b", port: FreePorts.next()),
        ])
        let text = try await events(gateway)
        #expect(text.status == .code(0))
        #expect(text.output.split(separator: "\n").count == 2, "\(text)")
        #expect(text.output.contains(" info a Created the flow was created\n"), "\(text)")
        let one = try decoded(try await events(gateway, ["b", "--format", "json"]).output)
        #expect(one.map(\.flow) == ["b"] && one.map(\.reason) == ["Created"])
        #expect(try await events(gateway, ["--reason", "Switched"]).output.isEmpty)
        #expect(try await events(gateway, ["--since", "10m"]).output == text.output)
        #expect(try await events(gateway, ["--since", "0s"]).output.isEmpty)
        #expect(
            try await HeadgateCommand.run(["events", "--server", "http://127.0.0.1:\(FreePorts.next())"]).status
                == .code(2)
        )
    }

    @Test(
        "--follow goes on over a restart of the gateway, ended or killed: no event twice, none missing",
        arguments: [SIGTERM, SIGKILL]
    )
    func follow(signal: Int32) async throws {
        let port = FreePorts.next()
        let http = FreePorts.next()
        let listen = ["--http", "127.0.0.1:\(http)"]
        let flow = { (description: String) in FlowText.srtInput("a", port: port) + "description: \(description)\n" }
        let first = try await GatewayProcess.start(["a.yaml": flow("one")], arguments: listen)
        let follower = try ChildProcess(
            GatewayProcess.binaryPath,
            ["events", "--follow", "--format", "json", "--server", "http://127.0.0.1:\(http)"]
        )
        defer { follower.end() }
        try await eventually("the first events") { follower.output.contains("Created") }
        for name in ["two", "three"] {
            try first.flows.replace("a.yaml", with: flow(name))
            try await eventually("\(name) runs") { try first.flow("a")?.description == name }
        }
        try await eventually("they are told") { try decoded(follower.output).count == 3 }
        first.process.signal(signal)
        try await first.process.waitForExit(within: .seconds(20))
        try await eventually("the end is told") { follower.errorOutput.contains("calling again") }
        #expect(follower.isRunning)

        let second = try await GatewayProcess.start(arguments: listen, flows: first.flows, state: first.state)
        try await eventually("the gateway is back") { follower.errorOutput.contains("the gateway is back") }
        try second.flows.replace("a.yaml", with: flow("four"))
        try await eventually("what comes is told", detail: { follower.output }) {
            try decoded(follower.output).count { $0.reason == "Updated" } == 3
        }
        let seen = try decoded(follower.output)
        #expect(seen.map(\.id) == Array(1...UInt64(seen.count)), "\(follower.output)")
        #expect(seen.map(\.reason) == ["Created", "Updated", "Updated", "Created", "Updated"])
        #expect(!follower.errorOutput.contains("are gone"))
    }

    @Test("Events are kept for the owner of the state folder alone, without a secret, and are there after a restart")
    func kept() async throws {
        let passphrase = "correct-horse-battery"
        let port = FreePorts.next()
        let encrypted = "decryption: {key: \(passphrase), keyLength: 16}"
        let gateway = try await GatewayProcess.start(["a.yaml": FlowText.srtInput("a", port: port, encrypted)])
        let clip = try await TransportStreamFixture.path
        let client = try ClientProcess.ffmpeg(["-i", clip, "-c", "copy", "-f", "mpegts", "srt://127.0.0.1:\(port)"])
        try await gateway.waitForStatus("refused") { $0.refusals["EncryptionRequired", default: 0] > 0 }
        client.end()
        let before = try decoded(try await events(gateway, ["--format", "json"]).output)
        #expect(before.contains { $0.reason == "EncryptionRequired" && $0.remote?.hasPrefix("127.0.0.1:") == true })
        try await gateway.stop()
        let file = gateway.state.path("events.jsonl")
        let rights = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(rights == 0o600)
        let text = String(decoding: try gateway.state.read("events.jsonl"), as: UTF8.self)
        #expect(try decoded(text) == before && !text.contains(passphrase))

        let again = try await GatewayProcess.start(flows: gateway.flows, state: gateway.state)
        let after = try decoded(try await events(again, ["--format", "json"]).output)
        #expect(Array(after.prefix(before.count)) == before && after.count == before.count + 1)
    }

    @Test("A caller that fails again and again is told within bounds")
    func repeated() async throws {
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.flow("a", inputs: ["name: in, protocol: srt, mode: listener"])
        ])
        let port = try gateway.listenerPort("srt")
        let clip = try await TransportStreamFixture.path
        for _ in 0..<4 {
            let before = try gateway.status().refusals["UnknownStreamKey", default: 0]
            let client = try ClientProcess.ffmpeg(
                ["-i", clip, "-c", "copy", "-f", "mpegts", "srt://127.0.0.1:\(port)?streamid=nobody/in"]
            )
            try await gateway.waitForStatus("refused") { $0.refusals["UnknownStreamKey", default: 0] > before }
            client.end()
        }
        let told = try decoded(try await events(gateway, ["--reason", "UnknownStreamKey", "--format", "json"]).output)
        #expect((1...4).contains(told.count))
        for (one, next) in zip(told, told.dropFirst()) { #expect(next.time - one.time >= 0.99) }
    }

    @Test("A folder that takes no file is logged once, and the gateway runs")
    func unwritable() async throws {
        let state = try TemporaryDirectory("headgate-state")
        // A folder stands where the file would be.
        try state.makeDirectory("events.jsonl")
        let gateway = try await GatewayProcess.start(
            ["a.yaml": FlowText.srtInput("a", port: FreePorts.next())],
            state: state
        )
        try await gateway.waitForLog("Events are not kept on disk", "events.jsonl")
        try gateway.flows.replace("a.yaml", with: FlowText.srtInput("a", port: FreePorts.next()))
        try await gateway.waitForFlow("a", "moved") { $0.observedGeneration == 2 }
        #expect(gateway.log.components(separatedBy: "Events are not kept").count == 2)
        #expect(try await events(gateway).output.contains("Restarted"))
    }
}
