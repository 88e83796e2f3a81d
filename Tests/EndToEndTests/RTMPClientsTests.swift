import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// GStreamer and librtmp on the gateway's RTMP port.
@Suite("RTMP clients", .shared)
struct RTMPClientsTests {
    enum Publisher: String, CaseIterable {
        /// GStreamer's own RTMP.
        case rtmp2sink
        /// GStreamer on librtmp, as older encoders have it.
        case rtmpsink
    }

    enum Player: String, CaseIterable {
        case rtmp2src
        /// librtmp's own player.
        case rtmpdump
    }

    private func start() async throws -> (GatewayProcess, String) {
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: venue, protocol: rtmp, streamKey: key-1"],
                    outputs: ["name: watch, protocol: rtmp"]
                )
            ],
            arguments: ["--rtmp", "127.0.0.1:0"]
        )
        return (gateway, "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/live")
    }

    @Test("They publish, and every picture and sound comes out", arguments: Publisher.allCases)
    func publish(_ publisher: Publisher) async throws {
        let directory = try TemporaryDirectory()
        let (gateway, base) = try await start()
        let player = try ClientProcess.ffmpeg([
            "-i", "\(base)/watch", "-map", "0:v", "-map", "0:a", "-c", "copy", "-f", "framemd5",
            directory.path("played"),
        ])
        try await gateway.waitForFlow("live", "played") { $0.output("watch")?.peers.count == 1 }
        let clip = try await FLVFixture.path
        let process = try ClientProcess.gstreamer([
            "filesrc", "location=\(clip)", "!", "flvdemux", "name=d",
            "flvmux", "streamable=true", "name=m", "!", "tee", "name=t",
            "t.", "!", "queue", "!", publisher.rawValue, "location=\(base)/key-1", "sync=true",
            "t.", "!", "queue", "!", "filesink", "location=\(directory.path("sent.flv"))",
            "d.video", "!", "queue", "!", "h264parse", "!", "m.video",
            "d.audio", "!", "queue", "!", "aacparse", "!", "m.audio",
        ])
        #expect(try await process.waitForExit() == .code(0), "\(process.errorOutput)")
        try await gateway.waitForFlow("live", "without its publisher") { $0.leg()?.state == .waiting }
        _ = try await gateway.stop()
        _ = try await player.waitForExit()
        // GStreamer's multiplexer gives times of its own.
        let sent = try await FrameList.of(directory.path("sent.flv"))
        let played = try FrameList(contentsOf: directory.path("played"))
        #expect(sent.hashes(0).count == FLVFixture.durationSeconds * 25)
        for stream in [0, 1] {
            #expect(played.hashes(stream) == sent.hashes(stream))
            #expect(played.relativeTimes(stream) == sent.relativeTimes(stream))
        }
    }

    @Test("They play, and every picture and sound reaches them", arguments: Player.allCases)
    func play(_ player: Player) async throws {
        let directory = try TemporaryDirectory()
        let (gateway, base) = try await start()
        let file = directory.path("played.flv")
        let process =
            switch player {
            case .rtmp2src:
                try ClientProcess.gstreamer(["rtmp2src", "location=\(base)/watch", "!", "filesink", "location=\(file)"])
            case .rtmpdump: try ClientProcess.rtmpdump(["--live", "-r", "\(base)/watch", "-o", file])
            }
        defer { process.end() }
        try await gateway.waitForFlow("live", "played") { $0.output("watch")?.peers.count == 1 }
        let publisher = try await FLVFixture.publish(to: "\(base)/key-1")
        #expect(try await publisher.waitForExit() == .code(0))
        try await gateway.waitForFlow("live", "without its publisher") { $0.leg()?.state == .waiting }
        _ = try await gateway.stop()
        _ = try await process.waitForExit()
        let sent = try await FrameList.of(try await FLVFixture.path)
        let played = try await FrameList.of(file)
        #expect(sent.hashes(0).count == FLVFixture.durationSeconds * 25)
        for stream in [0, 1] {
            #expect(played.hashes(stream) == sent.hashes(stream))
            #expect(played.relativeTimes(stream) == sent.relativeTimes(stream))
        }
    }
}
