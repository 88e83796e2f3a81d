import FlowModel
import Foundation
import HeadgateTestKit
import Testing

@Suite("RTMP", .shared)
struct RTMPTests {
    private static let listening = ["--rtmp", "127.0.0.1:0"]

    private static func player(_ gateway: GatewayProcess, _ path: String, to file: String) throws -> ChildProcess {
        try ClientProcess.ffmpeg([
            "-i", "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/\(path)",
            "-map", "0:v", "-map", "0:a", "-c", "copy", "-f", "framemd5", file,
        ])
    }

    @Test(
        "Every frame that ffmpeg publishes comes out for a player, with its times, and in a recorded transport stream"
    )
    func everyFrame() async throws {
        let directory = try TemporaryDirectory()
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: venue, protocol: rtmp, streamKey: kEy-1"],
                    outputs: [
                        "name: watch, protocol: rtmp",
                        "name: tape, protocol: record, path: \"\(directory.path("tape-%s.ts"))\", segmentDuration: 10m",
                    ]
                )
            ],
            arguments: Self.listening
        )
        let port = try gateway.listenerPort("rtmp")
        let player = try Self.player(gateway, "live/watch", to: directory.path("played"))
        try await gateway.waitForFlow("live", "played") { $0.output("watch")?.peers.count == 1 }
        let publisher = try await FLVFixture.publish(to: "rtmp://127.0.0.1:\(port)/live/kEy-1")
        #expect(try await publisher.waitForExit() == .code(0))
        try await gateway.waitForFlow("live", "without its publisher") { $0.leg()?.state == .waiting }
        _ = try await gateway.stop()
        _ = try await player.waitForExit()

        let clip = try await FLVFixture.path
        let sent = try await FrameList.of(clip)
        let played = try FrameList(contentsOf: directory.path("played"))
        #expect(sent.hashes(0).count == FLVFixture.durationSeconds * 25)
        for stream in [0, 1] {
            #expect(played.hashes(stream) == sent.hashes(stream))
            #expect(played.relativeTimes(stream) == sent.relativeTimes(stream))
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        let tape = try #require(names.first { $0.hasSuffix(".ts") })
        let recorded = try await FrameList.of(directory.path(tape), isDecoded: true)
        let original = try await FrameList.of(clip, isDecoded: true)
        for stream in [0, 1] { #expect(recorded.hashes(stream) == original.hashes(stream)) }
    }

    @Test("Wrong keys, unknown flows and second publishers are refused, each with its reason, and hurt nobody")
    func refusals() async throws {
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: venue, protocol: rtmp, streamKey: right-key"],
                    outputs: ["name: watch, protocol: rtmp, maxConcurrent: 1"]
                ),
                "closed.yaml": FlowText.flow(
                    "closed",
                    inputs: ["name: venue, protocol: rtmp, streamKey: right-key, allow: [192.0.2.1]"]
                ),
            ],
            arguments: Self.listening
        )
        let base = "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))"
        let publisher = try await FLVFixture.publish(to: "\(base)/live/right-key", loops: -1)
        defer { publisher.end() }
        try await gateway.waitForFlow("live", "published") { $0.leg()?.state == .connected }
        for (path, reason) in [
            ("live/wrong-key", "UnknownStreamKey"), ("nothing/right-key", "UnknownStreamKey"),
            ("live/right-key", "AlreadyPublishing"), ("live/watch", "WrongDirection"),
            ("closed/right-key", "NotInAllowlist"),
        ] {
            let other = try await FLVFixture.publish(to: "\(base)/\(path)")
            #expect(try await other.waitForExit() != .code(0), "\(path)")
            try await gateway.waitForLog(reason)
        }
        #expect(publisher.isRunning)
        #expect(try gateway.flow("live")?.leg()?.state == .connected)
        #expect(!gateway.log.contains("right-key"))
        #expect(!gateway.log.contains("wrong-key"))
        let api = try gateway.get("/api/v1/flows").text
        #expect(!api.contains("right-key"))
    }

    @Test("An encoder that was cut off gives way to the next one, and does no harm when it comes back to life")
    func reconnection() async throws {
        let gateway = try await GatewayProcess.start(
            ["live.yaml": FlowText.flow("live", inputs: ["name: venue, protocol: rtmp, streamKey: kEy-1"])],
            arguments: Self.listening
        )
        let url = "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/live/kEy-1"
        let stuck = try await FLVFixture.publish(to: url, loops: -1)
        defer { stuck.end() }
        try await gateway.waitForFlow("live", "published") { $0.activeLeg != nil }
        kill(-stuck.processIdentifier, SIGSTOP)
        try await gateway.waitForFlow("live", "silent") { $0.activeLeg == nil }
        // Refused at first; an encoder tries again.
        var next = try await FLVFixture.publish(to: url, loops: -1)
        defer { next.end() }
        try await eventually("the next publisher was let in", within: .seconds(20)) {
            if try gateway.flow("live")?.activeLeg != nil { return true }
            if !next.isRunning { next = try await FLVFixture.publish(to: url, loops: -1) }
            return false
        }
        try await gateway.waitForLog("another publisher came")
        kill(-stuck.processIdentifier, SIGCONT)
        _ = try await stuck.waitForExit()
        #expect(next.isRunning)
        #expect(try gateway.flow("live")?.activeLeg != nil)
    }

    @Test("A key that is left out is derived, stays the same after a restart, and is shown by --show-keys alone")
    func derivedKeys() async throws {
        let files = [
            "live.yaml": FlowText.flow(
                "live",
                inputs: ["name: a, protocol: rtmp, failover: true", "name: b, protocol: rtmp"]
            )
        ]
        func addresses(_ gateway: GatewayProcess) async throws -> [String] {
            let result = try await ChildProcess.run(
                GatewayProcess.binaryPath,
                ["status", "--show-keys", "--server", "http://127.0.0.1:\(gateway.httpPort)"]
            )
            #expect(result.status == .code(0))
            return result.output.split(separator: "\n").dropFirst().map {
                String($0.split(separator: "/").last ?? "")
            }
        }
        let gateway = try await GatewayProcess.start(files, arguments: Self.listening)
        let keys = try await addresses(gateway)
        #expect(keys.count == 3)
        #expect(Set(keys).count == 3)
        #expect(keys[1] == keys[0] + "-backup")
        let publisher = try await FLVFixture.publish(
            to: "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/live/\(keys[2])",
            loops: -1
        )
        defer { publisher.end() }
        try await gateway.waitForFlow("live", "published on b") { $0.leg("b")?.state == .connected }
        for path in ["/api/v1/flows", "/api/v1/status", "/metrics"] {
            let text = try gateway.get(path).text
            for key in keys { #expect(!text.contains(key), "\(path)") }
        }
        for key in keys { #expect(!gateway.log.contains(key)) }
        _ = try await gateway.stop()
        let again = try await GatewayProcess.start(
            arguments: Self.listening,
            flows: gateway.flows,
            state: gateway.state
        )
        #expect(try await addresses(again) == keys)
    }
}
