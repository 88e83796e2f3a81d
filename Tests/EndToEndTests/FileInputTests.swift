import FlowModel
import Foundation
import HeadgateTestKit
import Testing

@Suite("File inputs and recordings", .shared)
struct FileInputTests {
    @Test("The demo plays without a decoding error, across the point where it starts over")
    func demo() async throws {
        let port = FreePorts.next()
        let gateway = try await GatewayProcess.start([
            "demo.yaml": FlowText.flow(
                "demo",
                inputs: ["name: clip, protocol: file, path: \"builtin:demo\""],
                outputs: ["name: play, protocol: srt, mode: listener, port: \(port)"]
            )
        ])
        try await gateway.waitForFlow("demo", "playing") { $0.leg()?.state == .connected }
        // Longer than the clip is, so that its end is in it wherever the receiver joins.
        let received = try DatagramReceiver<[UInt8]>()
        let client = try SRTReceiver.srtLiveTransmit.start(port: port, calls: true, to: received.port)
        defer { client.end() }
        let codecOf = { (name: String) in
            try gateway.flow("demo")?.leg()?.transportStream?.streams.first { $0.codec == name }?.pid
        }
        try await eventually("the tables are known") { try codecOf("H.264") != nil && codecOf("AAC") != nil }
        let video = try #require(try codecOf("H.264"))
        try await gateway.waitForFlow("demo", "played for 25 s", within: .seconds(40)) {
            ($0.output("play")?.peers.first?.uptime ?? 0) > 25
        }
        client.end()
        let directory = try TemporaryDirectory()
        let bytes = try #require(PlayableCut.fromKeyframe(received.current, videoPID: video))
        #expect(bytes.count > 500_000)
        try Data(bytes).write(to: URL(fileURLWithPath: directory.path("cut.ts")))
        let decoder = try ClientProcess.ffmpeg([
            "-xerror", "-err_detect", "explode", "-i", directory.path("cut.ts"), "-f", "null", "-",
        ])
        #expect(try await decoder.waitForExit(within: .seconds(60)) == .code(0), "\(decoder.errorOutput)")
        #expect(decoder.errorOutput == "")
        let leg = try #require(try gateway.flow("demo")?.leg())
        #expect(leg.transportStream?.continuityErrors == 0)
    }

    @Test("A file of one's own is played at its own pace, once")
    func ownFile() async throws {
        let clip = try await TransportStreamFixture.path
        let receiver = try DatagramReceiver<[UInt8]>()
        let start = ContinuousClock.now
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.flow(
                "a",
                inputs: ["name: clip, protocol: file, path: \(clip), loop: false"],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(receiver.port)"]
            )
        ])
        let sent = [UInt8](try Data(contentsOf: URL(fileURLWithPath: clip)))
        try await eventually("the whole file", within: .seconds(30), detail: { gateway.log }) {
            receiver.current.count >= sent.count
        }
        let took = ContinuousClock.now - start
        let comparison = StreamComparison(sent: sent, received: receiver.current)
        #expect(comparison.isIdentical, "\(comparison)")
        let length = TransportStreamFixture.durationSeconds
        #expect(took > .seconds(length - 2) && took < .seconds(length + 6), "\(took)")
    }

    @Test("A file that is not there: the flow says so, and plays when it comes")
    func missingFile() async throws {
        let clip = try await TransportStreamFixture.path
        let directory = try TemporaryDirectory()
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.flow("a", inputs: ["name: clip, protocol: file, path: \(directory.path("clip.ts"))"])
        ])
        let flow = try await gateway.waitForFlow("a", "complaining") { $0.condition(.ready)?.status == .false }
        #expect(flow.conditions.contains { $0.reason == "FileNotFound" }, "\(flow.conditions)")
        try FileManager.default.copyItem(atPath: clip, toPath: directory.path("clip.ts"))
        try await gateway.waitForFlow("a", "playing", within: .seconds(40)) { $0.leg()?.state == .connected }
    }

    @Test("Recordings are whole packets in segments that ffprobe reads")
    func record() async throws {
        let clip = try await TransportStreamFixture.path
        let directory = try TemporaryDirectory()
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.flow(
                "a",
                inputs: ["name: clip, protocol: file, path: \(clip)"],
                outputs: [
                    "name: tape, protocol: record, path: \"\(directory.path)/%Y%m%d-%H%M%S.ts\", segmentDuration: 2s"
                ]
            )
        ])
        let segments = {
            try FileManager.default.contentsOfDirectory(atPath: directory.path)
                .filter { $0.hasSuffix(".ts") && !$0.hasPrefix(".") }.sorted()
        }
        try await eventually("three finished segments", within: .seconds(30), detail: { gateway.log }) {
            try segments().count >= 3
        }
        #expect(try await gateway.stop() == .code(0))
        for name in try segments() {
            let bytes = try directory.read(name)
            #expect(bytes.count > 0 && bytes.count.isMultiple(of: 188), "\(name): \(bytes.count) bytes")
            #expect(stride(from: 0, to: bytes.count, by: 188).allSatisfy { bytes[$0] == 0x47 })
            let probe = try ClientProcess.ffprobe([
                "-show_entries", "stream=codec_name", "-of", "csv", directory.path(name),
            ])
            #expect(try await probe.waitForExit() == .code(0))
            #expect(probe.output.contains("h264") && probe.output.contains("aac"), "\(probe.output)")
        }
    }
}
