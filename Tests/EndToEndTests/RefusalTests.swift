import FlowModel
import HeadgateTestKit
import Testing

/// Who is turned away hears so, and the operator reads why and from where.
@Suite("Refusals", .shared)
struct RefusalTests {
    private static let key = Encryption(passphrase: "the-right-key-256", keyLength: 32)

    struct Case: Sendable, CustomStringConvertible {
        var description: String
        var input: String
        var client: Encryption?
        var reason: String
    }

    private static let cases: [Case] = [
        Case(
            description: "a wrong key",
            input: key.flowField("decryption"),
            client: Encryption(passphrase: "some-other-key-256", keyLength: 32),
            reason: "BadPassphrase"
        ),
        Case(description: "no key", input: key.flowField("decryption"), client: nil, reason: "EncryptionRequired"),
        Case(
            description: "another key length",
            input: key.flowField("decryption"),
            client: Encryption(passphrase: key.passphrase, keyLength: 16),
            reason: "KeyLengthMismatch"
        ),
        Case(
            description: "a key where none is wanted",
            input: "latency: 50ms",
            client: key,
            reason: "EncryptionUnexpected"
        ),
    ]

    /// ffmpeg, because it gives up when it is refused and says so.
    private func publish(to port: UInt16, _ query: String? = nil) async throws -> ChildProcess {
        let clip = try await TransportStreamFixture.path
        let target = "srt://127.0.0.1:\(port)" + (query.map { "?\($0)" } ?? "")
        return try ClientProcess.ffmpeg(["-re", "-i", clip, "-map", "0", "-c", "copy", "-f", "mpegts", target])
    }

    @Test("SRT publishers", arguments: cases)
    func refused(_ example: Case) async throws {
        let port = FreePorts.next()
        let gateway = try await GatewayProcess.start(["a.yaml": FlowText.srtInput("a", port: port, example.input)])
        let client = try await publish(to: port, example.client?.query)
        try await gateway.waitForStatus("a refusal \(example.reason)") { $0.refusals[example.reason, default: 0] > 0 }
        #expect(try await client.waitForExit(within: .seconds(20)) != .code(0))
        try await gateway.waitForLog(example.reason, "127.0.0.1")
        let leg = try #require(try gateway.flow("a")?.leg())
        #expect(leg.state == .waiting)
        for text in [gateway.log, try gateway.get("/api/v1/status").text, try gateway.get("/metrics").text] {
            #expect(!text.contains(Self.key.passphrase) && !text.contains("some-other-key"))
        }
        #expect(try gateway.get("/metrics").text.contains(example.reason))
    }

    @Test("A second publisher is refused and the first one loses nothing")
    func secondPublisher() async throws {
        let stream = SyntheticStream(identifier: 3)
        let receiver = try DatagramReceiver(verifying: stream)
        let (port, first) = (FreePorts.next(), FreePorts.next())
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.flow(
                "a",
                inputs: ["name: in, protocol: srt, mode: listener, port: \(port)"],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(receiver.port)"]
            )
        ])
        let publisher = try SRTPublisher.srtLiveTransmit.start(from: first, to: port)
        defer { publisher.end() }
        let remote = try await gateway.waitForFlow("a", "published to") { $0.leg()?.state == .connected }.leg()?.remote
        let sender = try DatagramSender(stream, to: first)
        defer { sender.stop() }
        let intruder = try await publish(to: port)
        try await gateway.waitForStatus("refused") { $0.refusals["AlreadyPublishing", default: 0] > 0 }
        #expect(try await intruder.waitForExit(within: .seconds(20)) != .code(0))
        let count = receiver.current.packetCount
        try await eventually("more packets") { receiver.current.packetCount > count + 200 }
        #expect(receiver.current.faults == [])
        #expect(try gateway.flow("a")?.leg()?.remote == remote)
    }

    @Test("An address that is off an input's list finds no listener there")
    func offTheList() async throws {
        let port = FreePorts.next()
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.srtInput("a", port: port, "allow: [192.0.2.0/24]")
        ])
        let client = try await publish(to: port)
        #expect(try await client.waitForExit(within: .seconds(20)) != .code(0))
        let leg = try #require(try gateway.flow("a")?.leg())
        #expect(leg.state == .waiting && leg.counters.reconnects == 0)
    }

    @Test("On the shared port an address that is off this input's list is refused by name")
    func offTheListOnTheSharedPort() async throws {
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.flow("a", inputs: ["name: in, protocol: srt, mode: listener, allow: [192.0.2.0/24]"]),
            "b.yaml": FlowText.flow("b", inputs: ["name: in, protocol: srt, mode: listener"]),
        ])
        let client = try await publish(to: try gateway.listenerPort("srt"), "streamid=a/in")
        try await gateway.waitForStatus("refused") { $0.refusals["NotInAllowlist", default: 0] > 0 }
        try await gateway.waitForLog("NotInAllowlist", "127.0.0.1")
        #expect(try await client.waitForExit(within: .seconds(20)) != .code(0))
        #expect(try gateway.flow("a")?.leg()?.state == .waiting)
    }

    @Test("An unknown stream ID on the shared port")
    func unknownStreamID() async throws {
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.flow("a", inputs: ["name: in, protocol: srt, mode: listener"])
        ])
        let port = try gateway.listenerPort("srt")
        for query in ["streamid=nobody/in", nil, "streamid=a"] {
            let before = try gateway.status().refusals["UnknownStreamKey", default: 0]
            let client = try await publish(to: port, query)
            #expect(try await client.waitForExit(within: .seconds(20)) != .code(0))
            try await gateway.waitForStatus("refused") { $0.refusals["UnknownStreamKey", default: 0] > before }
        }
    }

    @Test("A receiver too many")
    func tooManyReceivers() async throws {
        let port = FreePorts.next()
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.flow(
                "a",
                inputs: ["name: in, protocol: rtp, port: \(FreePorts.next())"],
                outputs: ["name: out, protocol: srt, mode: listener, port: \(port), maxConcurrent: 1"]
            )
        ])
        let sink = try UDPSocket()
        let first = try SRTReceiver.srtLiveTransmit.start(port: port, calls: true, to: sink.port)
        defer { first.end() }
        try await gateway.waitForFlow("a", "played") { $0.output("out")?.peers.count == 1 }
        let second = try ClientProcess.ffmpeg(["-i", "srt://127.0.0.1:\(port)", "-f", "null", "-"])
        try await gateway.waitForStatus("refused") { $0.refusals["TooManyReceivers", default: 0] > 0 }
        #expect(try await second.waitForExit(within: .seconds(20)) != .code(0))
        #expect(first.isRunning)
    }
}
