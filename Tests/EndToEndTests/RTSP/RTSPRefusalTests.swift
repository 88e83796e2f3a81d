import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// Whoever must not come in, and whatever is no RTSP.
@Suite("RTSP refusals", .shared)
struct RTSPRefusalTests {
    private static let description = [
        "v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=-", "t=0 0", "m=audio 0 RTP/AVP 8", "a=control:streamid=0", "",
    ].joined(separator: "\r\n")

    private func start() async throws -> (gateway: GatewayProcess, port: UInt16, base: String) {
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: [
                        "name: in, protocol: rtsp", "name: locked, protocol: rtsp, username: u, password: pass-word-1",
                        "name: else, protocol: rtsp, allow: [192.0.2.0/24]",
                    ],
                    outputs: ["name: view, protocol: rtsp"]
                )
            ],
            arguments: ["--rtsp", "127.0.0.1:0"]
        )
        let port = try gateway.listenerPort("rtsp")
        return (gateway, port, "rtsp://127.0.0.1:\(port)/live")
    }

    @Test("Each refusal has its status, and its event says why")
    func refusals() async throws {
        let (gateway, port, base) = try await start()
        func announce(_ name: String, _ body: String = Self.description) throws -> Int {
            try PlainRTSPClient(to: port).ask("ANNOUNCE", "\(base)/\(name)", body: body).status
        }
        #expect(try announce("nowhere") == 404)
        try await gateway.waitForLog("UnknownStreamKey")
        #expect(try announce("view") == 405)
        try await gateway.waitForLog("WrongDirection")
        #expect(try announce("else") == 403)
        try await gateway.waitForLog("NotInAllowlist", "else")
        #expect(try announce("in", Self.description.replacing("RTP/AVP 8", with: "RTP/AVP 97")) == 415)
        try await gateway.waitForLog("UnsupportedCodec")
        #expect(try announce("../live/in") == 400)
        #expect(try announce("in?x=1") == 400)
        #expect(try PlainRTSPClient(to: port).ask("DESCRIBE", "\(base)/in").status == 405)
        let publisher = try PlainRTSPClient(to: port)
        #expect(try publisher.ask("ANNOUNCE", "\(base)/in", body: Self.description).status == 200)
        #expect(try announce("in") == 403)
        try await gateway.waitForLog("AlreadyPublishing")
        // A place is free as soon as its publisher goes.
        #expect(try publisher.ask("TEARDOWN", "\(base)/in").status / 100 == 4)
        withExtendedLifetime(publisher) {}
    }

    @Test("Without the right password nobody comes in, and only who guesses waits")
    func passwords() async throws {
        let (gateway, port, base) = try await start()
        let guesser = try PlainRTSPClient(to: port)
        let asked = try guesser.ask("ANNOUNCE", "\(base)/locked", body: Self.description)
        #expect(asked.status == 401)
        #expect(asked.headers["www-authenticate"]?.contains("realm=\"headgate\"") == true)
        let start = ContinuousClock.now
        for _ in 0..<2 {
            // "u:wrong"
            let wrong = try guesser.ask(
                "ANNOUNCE",
                "\(base)/locked",
                ["Authorization: Basic dTp3cm9uZw=="],
                body: Self.description
            )
            #expect(wrong.status == 401)
        }
        #expect(ContinuousClock.now - start >= .milliseconds(250 + 500))
        try await gateway.waitForLog("BadPassphrase", "locked")
        // Somebody else on the same address is answered at once.
        let other = ContinuousClock.now
        #expect(try PlainRTSPClient(to: port).ask("ANNOUNCE", "\(base)/in", body: Self.description).status == 200)
        #expect(ContinuousClock.now - other < .milliseconds(250))
    }

    @Test("What is no RTSP closes its connection alone")
    func garbage() async throws {
        let (gateway, port, base) = try await start()
        let encoder = try ClientProcess.ffmpeg([
            "-re", "-stream_loop", "9", "-i", try await FLVFixture.path, "-c", "copy", "-f", "rtsp", "\(base)/in",
        ])
        defer { encoder.end() }
        try await gateway.waitForFlow("live", "fed") { $0.activeLeg == "in/main" }
        let hostile: [[UInt8]] = [
            [0x16, 0x03, 0x01, 0x02, 0x00, 0x01],
            Array("GET / HTTP/1.1\r\n\r\n".utf8),
            Array("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 99999999999999999999\r\n\r\n".utf8),
            Array("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 70000\r\n\r\n".utf8),
            Array("OPTIONS * RTSP/1.0\r\n".utf8) + Array(String(repeating: "X: y\r\n", count: 100).utf8),
            Array(String(repeating: "A", count: 10_000).utf8),
        ]
        for bytes in hostile {
            let connection = try TCPConnection(to: port)
            try connection.send(bytes)
            try connection.waitForClose()
        }
        try await gateway.waitForLog("MalformedStream", "rtsp")
        let flow = try #require(try gateway.flow("live"))
        #expect(flow.activeLeg == "in/main")
        #expect(flow.leg("in")?.counters.reconnects == 0)
    }

    @Test("Packets of strangers on a session's ports are turned away and told")
    func strangers() async throws {
        let (gateway, port, base) = try await start()
        let publisher = try PlainRTSPClient(to: port)
        #expect(try publisher.ask("ANNOUNCE", "\(base)/in", body: Self.description).status == 200)
        let setUp = try publisher.ask(
            "SETUP",
            "\(base)/in/streamid=0",
            ["Transport: RTP/AVP/UDP;unicast;client_port=\(FreePorts.next())-\(FreePorts.next());mode=record"]
        )
        #expect(setUp.status == 200)
        let session = setUp.headers["session"]?.split(separator: ";").first.map(String.init) ?? ""
        #expect(try publisher.ask("RECORD", "\(base)/in", ["Session: \(session)"]).status == 200)
        let target = try #require(setUp.serverPorts.first)
        // Another address of this machine is another host.
        let packet = "\\x80\\x08\\x00\\x01" + String(repeating: "\\x00", count: 168)
        let sent = try await ChildProcess.run(
            "/usr/bin/python3",
            [
                "-c",
                "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.9', 0)); "
                    + "s.sendto(b'\(packet)', ('127.0.0.1', \(target)))",
            ]
        )
        #expect(sent.status == .code(0), "\(sent.errorOutput)")
        try await gateway.waitForLog("NotInAllowlist", "127.0.0.9")
        #expect(try gateway.flow("live")?.leg("in")?.counters.packets == 0)
        withExtendedLifetime(publisher) {}
    }

    @Test("With --rtsp off an RTSP input says so")
    func off() async throws {
        let gateway = try await GatewayProcess.start(
            ["live.yaml": FlowText.flow("live", inputs: ["name: in, protocol: rtsp"])],
            arguments: ["--rtsp", "off"]
        )
        try await gateway.waitForLog("ListenerOff")
        try await gateway.waitForFlow("live", "stalled") { flow in
            flow.conditions.contains { $0.reason == "ListenerOff" }
        }
    }
}
