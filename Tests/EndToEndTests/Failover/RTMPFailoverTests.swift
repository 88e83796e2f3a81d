import FlowModel
import Foundation
import HeadgateTestKit
import Testing

@Suite("RTMP failover", .shared)
struct RTMPFailoverTests {
    enum Loss: String, CaseIterable {
        /// The publisher is killed, and its kernel closes the connection.
        case closed
        /// The publisher stands still with its connection open.
        case frozen

        /// How long a player may see nothing new, in milliseconds: the loss, the time until it is noticed, and a
        /// picture's distance on top.
        var largestGap: Int {
            switch self {
            case .closed: 200
            case .frozen: 700
            }
        }
    }

    @Test(
        "When the first publisher is lost the second takes over in time, on a keyframe, with times that go on",
        arguments: Loss.allCases
    )
    func takeover(_ loss: Loss) async throws {
        let directory = try TemporaryDirectory()
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    extra: ["failover: {lossAfter: 500ms}"],
                    inputs: ["name: venue, protocol: rtmp, streamKey: both, failover: true"],
                    outputs: [
                        "name: watch, protocol: rtmp",
                        "name: tape, protocol: record, path: \"\(directory.path("tape-%s.ts"))\", segmentDuration: 10m",
                    ]
                )
            ],
            arguments: ["--rtmp", "127.0.0.1:0"]
        )
        let base = "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))"
        let first = try await FLVFixture.publish(to: "\(base)/live/both", loops: -1)
        defer { first.end() }
        try await gateway.waitForFlow("live", "published") { $0.activeLeg == "venue/main" }
        let second = try await FLVFixture.publish(to: "\(base)/live/both-backup", loops: -1)
        defer { second.end() }
        try await gateway.waitForFlow("live", "published twice") {
            ($0.leg("venue", "backup")?.counters.packets ?? 0) > 100
        }
        let file = directory.path("played.flv")
        let player = try ClientProcess.ffmpeg(["-i", "\(base)/live/watch", "-c", "copy", file])
        try await gateway.waitForFlow("live", "played") {
            ($0.output("watch")?.peers.first?.counters.packets ?? 0) > 150
        }
        switch loss {
        case .closed: first.end()
        // The publisher runs below `timeout`: the whole group stands still.
        case .frozen: kill(-first.processIdentifier, SIGSTOP)
        }
        let flow = try await gateway.waitForFlow("live", "on its backup") { $0.activeLeg == "venue/backup" }
        #expect(flow.switches == 1)
        let before = flow.output("watch")?.peers.first?.counters.packets ?? 0
        try await gateway.waitForFlow("live", "played on") {
            ($0.output("watch")?.peers.first?.counters.packets ?? 0) > before + 150
        }
        _ = try await gateway.stop()
        _ = try await player.waitForExit()

        let played = try await FrameList.of(file)
        for stream in [0, 1] {
            let times = played.decodeTimes(stream)
            #expect(times.count > 50)
            let steps = zip(times.dropFirst(), times).map { $0 - $1 }
            #expect((steps.min() ?? -1) >= 0)
            #expect((steps.max() ?? .max) <= loss.largestGap, "stream \(stream), in milliseconds")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        let tape = try #require(names.first { $0.hasSuffix(".ts") })
        for path in [file, directory.path(tape)] {
            let decoded = try await ChildProcess.run(
                "ffprobe",
                ["-loglevel", "error", "-select_streams", "v", "-show_entries", "frame=pts", "-of", "csv", path]
            )
            // A decoder that is given something else than a keyframe after the seam complains.
            #expect(decoded.errorOutput == "", "\(path)")
            let shown = decoded.output.split(separator: "\n").compactMap { line in
                line.split(separator: ",").dropFirst().first.flatMap { Int($0) }
            }
            #expect(shown.count > 50)
            #expect(zip(shown, shown.dropFirst()).allSatisfy { $0 < $1 }, "\(path)")
        }
    }
}
