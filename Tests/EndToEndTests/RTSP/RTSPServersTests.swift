import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// Servers elsewhere, that the gateway pulls from and pushes to.
@Suite("RTSP servers", .shared)
struct RTSPServersTests {
    enum Transport: String, CaseIterable {
        case tcp, udp, auto
    }

    private static let listening = ["--rtmp", "127.0.0.1:0", "--rtsp", "127.0.0.1:0"]
    private static let credentials = "username: \(GStreamerRTSPServer.user), password: \(GStreamerRTSPServer.password)"

    @Test(
        "A camera is pulled: every picture and sound comes out",
        arguments: [
            (GStreamerRTSPServer.Authentication.none, Transport.tcp), (.none, .udp), (.basic, .tcp), (.digest, .auto),
        ]
    )
    func pull(_ authentication: GStreamerRTSPServer.Authentication, _ transport: Transport) async throws {
        let directory = try TemporaryDirectory()
        let clip = try await FLVFixture.path
        let server = try await GStreamerRTSPServer.playing(clip, authentication: authentication)
        defer { server.process.end() }
        let gateway = try await GatewayProcess.start(
            ["idle.yaml": FlowText.flow("idle", inputs: ["name: in, protocol: rtsp"])],
            arguments: Self.listening
        )
        // The tape runs before the camera is called, which plays its clip to whoever comes.
        try gateway.flows.write(
            FlowText.flow(
                "live",
                inputs: [
                    "name: cam, protocol: rtsp-pull, source: '\(server.url)', transport: \(transport)"
                        + (authentication == .none ? "" : ", \(Self.credentials)")
                ],
                outputs: [
                    "name: tape, protocol: record, path: \"\(directory.path("tape-%s.ts"))\", segmentDuration: 10m"
                ]
            ),
            to: "live.yaml"
        )
        try await gateway.waitForFlow("live", "fed") { $0.activeLeg == "cam/main" }
        let frames = FLVFixture.durationSeconds * 25
        try await gateway.waitForFlow("live", "through with the clip") {
            ($0.leg()?.counters.packets ?? 0) >= UInt64(frames)
        }
        try await gateway.waitForLog("Disconnected", "cam", within: .seconds(30))
        #expect(try gateway.flow("live")?.leg()?.counters.packetsLost == 0)
        _ = try await gateway.stop()
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        let tape = try #require(names.first { $0.hasPrefix("tape") })
        let sent = try await FrameList.of(clip, isDecoded: true)
        let got = try await FrameList.of(directory.path(tape), isDecoded: true)
        for stream in [0, 1] {
            let all = sent.hashes(stream)
            // What is played again after the end does not matter.
            let own = Array(got.hashes(stream).prefix(all.count))
            #expect(own.count >= all.count - 3, "stream \(stream): \(own.count) of \(all.count)")
            #expect(own.dropLast(12) == all.prefix(own.count).dropLast(12), "stream \(stream)")
        }
    }

    @Test(
        "The stream is pushed to a server: every picture and sound reaches it",
        arguments: [
            (GStreamerRTSPServer.Authentication.none, Transport.tcp), (.digest, .tcp), (.none, .udp),
        ]
    )
    func push(_ authentication: GStreamerRTSPServer.Authentication, _ transport: Transport) async throws {
        let directory = try TemporaryDirectory()
        let file = directory.path("pushed.mkv")
        let server = try await GStreamerRTSPServer.recording(to: file, authentication: authentication)
        defer { server.process.end() }
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: venue, protocol: rtmp, streamKey: key-1"],
                    outputs: [
                        "name: cdn, protocol: rtsp-push, url: '\(server.url)', transport: \(transport)"
                            + (authentication == .none ? "" : ", \(Self.credentials)")
                    ]
                )
            ],
            arguments: Self.listening
        )
        let clip = try await FLVFixture.path
        let encoder = try await FLVFixture.publish(
            to: "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/live/key-1",
            loops: -1
        )
        defer { encoder.end() }
        try await gateway.waitForFlow("live", "pushed") { $0.output("cdn")?.state == .connected }
        // Wherever in the clip the server came in, it has a whole one in twice as many bytes.
        let size = try #require(FileManager.default.attributesOfItem(atPath: clip)[.size] as? Int)
        try await WrittenFile(path: file, writer: server.process).waitUntil(bytes: size * 2) { gateway.log }
        encoder.end()
        try await gateway.waitForFlow("live", "without its encoder") { $0.leg()?.state == .waiting }
        _ = try await gateway.stop()
        server.process.end()
        let sent = try await FrameList.of(clip, isDecoded: true)
        let got = try await FrameList.of(file, isDecoded: true)
        // From the first clip that began when the server was there everything is whole, but for the end, which it may keep.
        let pictures = got.hashes(0)
        let all = sent.hashes(0)
        let start = try #require(all.first.flatMap(pictures.firstIndex(of:)), "no whole clip arrived")
        let whole = Array(pictures[start...])
        #expect(whole.count > 80)
        #expect(whole.dropLast(5).enumerated().allSatisfy { $1 == all[$0 % all.count] })
        #expect(got.hashes(1).count > 150)
    }

    @Test("A camera that stalls without closing is noticed, and called again when it is back")
    func stall() async throws {
        let gateway = try await GatewayProcess.start(
            [
                "camera.yaml": FlowText.flow(
                    "camera",
                    inputs: ["name: demo, protocol: file, path: 'builtin:demo', loop: true"],
                    outputs: ["name: view, protocol: rtsp"]
                )
            ],
            arguments: Self.listening
        )
        let link = try CuttableLink(.tcp, to: try gateway.listenerPort("rtsp"))
        try gateway.flows.write(
            FlowText.flow(
                "live",
                extra: ["failover: {lossAfter: 500ms}"],
                inputs: [
                    "name: cam, protocol: rtsp-pull, transport: tcp, "
                        + "source: 'rtsp://127.0.0.1:\(link.port)/camera/view'"
                ]
            ),
            to: "live.yaml"
        )
        try await gateway.waitForFlow("live", "fed") { $0.activeLeg == "cam/main" && $0.bitrate > 0 }
        let before = try gateway.flow("live")?.leg()?.counters.reconnects ?? 0
        let cut = ContinuousClock.now
        link.cut()
        try await gateway.waitForFlow("live", "lost") { $0.activeLeg == nil }
        // Within lossAfter, and this machine's share.
        #expect(ContinuousClock.now - cut < .milliseconds(2_500))
        try await gateway.waitForLog("Disconnected", "cam", "no media came in time")
        link.mend()
        try await gateway.waitForFlow("live", "fed again", within: .seconds(40)) {
            $0.activeLeg == "cam/main" && ($0.leg()?.counters.reconnects ?? 0) > before
        }
    }

    @Test("A server that serves over TCP alone is asked for that")
    func fallBack() async throws {
        let server = try await GStreamerRTSPServer.playing(try await FLVFixture.path, isTCPOnly: true)
        defer { server.process.end() }
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: cam, protocol: rtsp-pull, transport: auto, source: '\(server.url)'"]
                )
            ],
            arguments: Self.listening
        )
        try await gateway.waitForFlow("live", "fed") { $0.activeLeg == "cam/main" && $0.bitrate > 0 }
    }
}
