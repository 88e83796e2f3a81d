import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// Streams that the gateway fetches from RTMP servers and publishes to them.
@Suite("RTMP pull and push", .shared)
struct RTMPServersTests {
    private static let listening = ["--rtmp", "127.0.0.1:0"]

    private func player(_ url: String, to file: String) throws -> ChildProcess {
        try ClientProcess.ffmpeg(["-i", url, "-map", "0:v", "-map", "0:a", "-c", "copy", "-f", "framemd5", file])
    }

    private func expectSameFrames(_ played: FrameList, _ sent: FrameList) {
        #expect(sent.hashes(0).count == FLVFixture.durationSeconds * 25)
        for stream in [0, 1] {
            #expect(played.hashes(stream) == sent.hashes(stream))
            #expect(played.relativeTimes(stream) == sent.relativeTimes(stream))
        }
    }

    @Test("Every frame goes to nginx by rtmp-push, comes back by rtmp-pull, and reaches a player")
    func throughNginx() async throws {
        let directory = try TemporaryDirectory()
        let nginx = try await NginxRTMP.start()
        let gateway = try await GatewayProcess.start(
            [
                "out.yaml": FlowText.flow(
                    "out",
                    inputs: ["name: venue, protocol: rtmp, streamKey: in-key"],
                    outputs: [
                        "name: far, protocol: rtmp-push, url: 'rtmp://127.0.0.1:\(nginx.port)/live', streamKey: far-key"
                    ]
                ),
                "back.yaml": FlowText.flow(
                    "back",
                    inputs: [
                        "name: far, protocol: rtmp-pull, source: 'rtmp://127.0.0.1:\(nginx.port)/live', "
                            + "streamKey: {env: FAR_KEY}"
                    ],
                    outputs: ["name: watch, protocol: rtmp"]
                ),
            ],
            arguments: Self.listening,
            environment: ["FAR_KEY": "far-key"]
        )
        let base = "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))"
        try await nginx.waitForPlayer(of: "far-key")
        let player = try player("\(base)/back/watch", to: directory.path("played"))
        try await gateway.waitForFlow("back", "played") { $0.output("watch")?.peers.count == 1 }
        let publisher = try await FLVFixture.publish(to: "\(base)/out/in-key")
        try await gateway.waitForFlow("out", "pushed") { $0.output("far")?.state == .connected }
        #expect(try await publisher.waitForExit() == .code(0))
        let flow = try await gateway.waitForFlow("out", "without its publisher") { $0.leg()?.state == .waiting }
        #expect(flow.output("far")?.peers.count == 1)
        // 125 pictures and 235 frames of sound, with headers and metadata.
        try await gateway.waitForFlow("back", "with all of it") {
            ($0.output("watch")?.counters.packets ?? 0) >= 363
        }
        let shown = try gateway.get("/api/v1/status").text
        #expect(!(gateway.log + shown).contains("far-key"))
        _ = try await gateway.stop()
        _ = try await player.waitForExit()
        expectSameFrames(
            try FrameList(contentsOf: directory.path("played")),
            try await FrameList.of(try await FLVFixture.path)
        )
    }

    @Test("A pull is connected when media comes, and not when a server without a publisher says that it plays")
    func emptyServer() async throws {
        let far = try await GatewayProcess.start(
            [
                "far.yaml": FlowText.flow(
                    "far",
                    inputs: ["name: in, protocol: rtmp, streamKey: far-key"],
                    outputs: ["name: watch, protocol: rtmp"]
                )
            ],
            arguments: Self.listening
        )
        let farURL = "rtmp://127.0.0.1:\(try far.listenerPort("rtmp"))/far"
        let gateway = try await GatewayProcess.start(
            [
                "in.yaml": FlowText.flow(
                    "in",
                    inputs: ["name: far, protocol: rtmp-pull, source: '\(farURL)', streamKey: watch"]
                )
            ],
            arguments: Self.listening
        )
        try await far.waitForFlow("far", "played") { $0.output("watch")?.peers.count == 1 }
        #expect(try gateway.flow("in")?.leg()?.state == .waiting)
        #expect(!gateway.log.contains("arrives"))
        let publisher = try await FLVFixture.publish(to: "\(farURL)/far-key", loops: -1)
        defer { publisher.end() }
        try await gateway.waitForFlow("in", "fed") { $0.leg()?.state == .connected && $0.activeLeg != nil }
    }

    @Test("A push waits for its server, survives its end, and comes back; the flow's other output loses nothing")
    func reconnects() async throws {
        let directory = try TemporaryDirectory()
        let far = try await GatewayProcess.start(
            [
                "far.yaml": FlowText.flow(
                    "far",
                    inputs: ["name: in, protocol: rtmp, streamKey: far-key"],
                    outputs: ["name: watch, protocol: rtmp"]
                )
            ],
            arguments: Self.listening
        )
        let farPort = try far.listenerPort("rtmp")
        let gateway = try await GatewayProcess.start(
            [
                "out.yaml": FlowText.flow(
                    "out",
                    inputs: ["name: venue, protocol: rtmp, streamKey: in-key"],
                    outputs: [
                        "name: far, protocol: rtmp-push, url: 'rtmp://127.0.0.1:\(farPort)/far', streamKey: far-key",
                        "name: watch, protocol: rtmp",
                    ]
                )
            ],
            arguments: Self.listening
        )
        let base = "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))"
        let player = try player("\(base)/out/watch", to: directory.path("played"))
        try await gateway.waitForFlow("out", "played") { $0.output("watch")?.peers.count == 1 }
        let publisher = try await FLVFixture.publish(to: "\(base)/out/in-key", loops: 1)
        try await far.waitForFlow("far", "published") { $0.leg()?.state == .connected }
        let state = far.state
        let flows = far.flows
        _ = try await far.stop()
        try await gateway.waitForFlow("out", "without the far side") { $0.output("far")?.state == .waiting }
        let again = try await GatewayProcess.start(
            arguments: ["--rtmp", "127.0.0.1:\(farPort)"],
            flows: flows,
            state: state
        )
        try await again.waitForFlow("far", "published again") { ($0.leg()?.counters.packets ?? 0) > 20 }
        let flow = try await gateway.waitForFlow("out", "back") { $0.output("far")?.counters.reconnects == 1 }
        #expect(flow.output("far")?.lastError == nil)
        #expect(try await publisher.waitForExit() == .code(0))
        try await gateway.waitForFlow("out", "without its publisher") { $0.leg()?.state == .waiting }
        _ = try await gateway.stop()
        _ = try await player.waitForExit()
        let played = try FrameList(contentsOf: directory.path("played"))
        #expect(played.hashes(0).count == 2 * FLVFixture.durationSeconds * 25)
    }

    @Test("A server that refuses is told with its reason, and called again")
    func refused() async throws {
        let gateway = try await GatewayProcess.start(arguments: Self.listening)
        let port = try gateway.listenerPort("rtmp")
        let closed = try LoopbackPort()
        try gateway.flows.write(
            FlowText.flow(
                "pull",
                inputs: [
                    "name: nobody, protocol: rtmp-pull, source: 'rtmp://127.0.0.1:\(port)/nothing', streamKey: hush-key",
                    "name: closed, protocol: rtmp-pull, source: 'rtmp://127.0.0.1:\(closed.number)/live/hush-path'",
                ]
            ),
            to: "pull.yaml"
        )
        let flow = try await gateway.waitForFlow("pull", "refused") {
            $0.leg("nobody")?.lastError != nil && $0.leg("closed")?.lastError != nil
        }
        #expect(flow.leg("nobody")?.lastError?.contains("refused to play the stream") == true)
        #expect(flow.leg("closed")?.lastError?.contains("connection refused") == true)
        #expect(flow.isReady)
        try await gateway.waitForLog("ConnectFailed", "pull", "connection refused")
        try await gateway.waitForLog("UnknownStreamKey")
        let shown = try gateway.get("/api/v1/status").text
        #expect(!(gateway.log + shown).contains("hush-"))
        withExtendedLifetime(closed) {}
    }

    @Test("A redirect is followed, and one that leads nowhere is given up and told")
    func redirected() async throws {
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: venue, protocol: rtmp, streamKey: in-key"],
                    outputs: ["name: watch, protocol: rtmp"]
                )
            ],
            arguments: Self.listening
        )
        let base = "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/live"
        let publisher = try await FLVFixture.publish(to: "\(base)/in-key", loops: -1)
        defer { publisher.end() }
        try await gateway.waitForFlow("live", "published") { ($0.leg()?.counters.packets ?? 0) > 20 }
        let balancer = try RedirectingServer(to: base)
        let circle = try RedirectingServer()
        defer {
            balancer.stop()
            circle.stop()
        }
        try gateway.flows.write(
            FlowText.flow(
                "pull",
                inputs: [
                    "name: near, protocol: rtmp-pull, source: '\(balancer.url)', streamKey: watch",
                    "name: lost, protocol: rtmp-pull, source: '\(circle.url)', streamKey: hush-key",
                ]
            ),
            to: "pull.yaml"
        )
        let flow = try await gateway.waitForFlow("pull", "one pulled and one refused") {
            ($0.leg("near")?.counters.packets ?? 0) > 20 && $0.leg("lost")?.lastError != nil
        }
        #expect(balancer.calls == 1)
        #expect(flow.leg("near")?.lastError == nil)
        #expect(flow.leg("lost")?.lastError?.contains("redirect in a circle") == true)
        // Called, and sent on three times, before the first pause.
        #expect(circle.calls >= 4)
        #expect(!(gateway.log + (try gateway.get("/api/v1/status").text)).contains("hush-key"))
    }

    @Test("RTMPS: published by ffmpeg, pulled with the certificate verified, and a new certificate is taken over")
    func secured() async throws {
        let certificates = try TestCertificates()
        let (certificate, privateKey) = try await certificates.make("localhost")
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: venue, protocol: rtmp, streamKey: in-key"],
                    outputs: ["name: watch, protocol: rtmp"]
                )
            ],
            arguments: [
                "--rtmps", "127.0.0.1:0", "--certificate", certificate, "--private-key", privateKey,
                "--ca-file", certificates.authority,
            ]
        )
        let port = try gateway.listenerPort("rtmps")
        let publisher = try await FLVFixture.publish(to: "rtmps://127.0.0.1:\(port)/live/in-key", loops: -1)
        defer { publisher.end() }
        try await gateway.waitForFlow("live", "published") { $0.leg()?.state == .connected }
        func pull(_ name: String, _ host: String) throws {
            try gateway.flows.write(
                FlowText.flow(
                    name,
                    inputs: ["name: in, protocol: rtmp-pull, source: 'rtmps://\(host):\(port)/live', streamKey: watch"]
                ),
                to: "\(name).yaml"
            )
        }
        try pull("verified", "localhost")
        try await gateway.waitForFlow("verified", "pulled") { ($0.leg()?.counters.packets ?? 0) > 20 }
        // The certificate is for the name, not for the address.
        try pull("address", "127.0.0.1")
        try await gateway.waitForFlow("address", "refused") { $0.leg()?.lastError?.contains("certificate") == true }

        // The new one is of an authority that is not trusted here: whoever connects anew notices.
        let others = try TestCertificates()
        let (newCertificate, newKey) = try await others.make("localhost")
        try FileManager.default.replaceContents(of: certificate, with: newCertificate)
        try FileManager.default.replaceContents(of: privateKey, with: newKey)
        try await eventually("the new certificate", within: .seconds(20), detail: { gateway.log }) {
            let name = "later\(Int.random(in: 0..<1_000_000))"
            try pull(name, "localhost")
            let flow = try await gateway.waitForFlow(name, "tried") {
                $0.leg()?.state == .connected || $0.leg()?.lastError != nil
            }
            return flow.leg()?.lastError?.contains("TLS handshake failed") == true
        }
        try await gateway.waitForLog("CertificateReloaded")
        #expect(try gateway.flow("verified")?.leg()?.state == .connected)
        #expect(publisher.isRunning)
    }
}

extension FileManager {
    fileprivate func replaceContents(of path: String, with other: String) throws {
        try Data(contentsOf: URL(fileURLWithPath: other)).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
