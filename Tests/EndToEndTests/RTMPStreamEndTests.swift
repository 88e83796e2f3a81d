import FlowModel
import HeadgateTestKit
import Testing

@Suite("The end of an RTMP stream", .shared)
struct RTMPStreamEndTests {
    /// Prints the kinds of tracks that it finds.
    private static func player(_ url: String) throws -> ChildProcess {
        try ClientProcess.ffprobe([
            "-analyzeduration", "1000000", "-show_entries", "stream=codec_type", "-of", "csv=p=0", url,
        ])
    }

    @Test("A player that joins between two streams finds the tracks of the second one alone, in RTMP and in RTSP")
    func soundAfterPictures() async throws {
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: venue, protocol: rtmp, streamKey: kEy-1"],
                    outputs: ["name: watch, protocol: rtmp", "name: studio, protocol: rtsp"]
                )
            ],
            arguments: ["--rtmp", "127.0.0.1:0", "--rtsp", "127.0.0.1:0"]
        )
        let base = "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/live"
        let first = try await FLVFixture.publish(to: "\(base)/kEy-1")
        try await gateway.waitForFlow("live", "published") { $0.activeLeg != nil }
        #expect(try await first.waitForExit() == .code(0))
        try await gateway.waitForFlow("live", "without its publisher") { $0.leg()?.state == .waiting }

        let player = try Self.player("\(base)/watch")
        try await gateway.waitForFlow("live", "played") { $0.output("watch")?.peers.count == 1 }
        let second = try ClientProcess.ffmpeg([
            "-re", "-stream_loop", "-1", "-i", try await FLVFixture.path, "-map", "0:a", "-c", "copy", "-f", "flv",
            "\(base)/kEy-1",
        ])
        defer { second.end() }
        #expect(try await player.waitForExit() == .code(0))
        #expect(player.output.split(separator: "\n") == ["audio"])

        let late = try Self.player("rtsp://127.0.0.1:\(try gateway.listenerPort("rtsp"))/live/studio")
        #expect(try await late.waitForExit() == .code(0))
        #expect(late.output.split(separator: "\n") == ["audio"])
    }
}
