import FlowModel
import HeadgateTestKit
import Testing

/// Inputs that call out, and only when they are needed.
@Suite("Cold standby", .shared)
struct StandbyTests {
    @Test("A cold input calls when the others are gone, and hangs up when they are back")
    func cold() async throws {
        let far = FreePorts.next()
        var venue = try await FailoverTransport.srt.prepare(.first, as: "venue")
        defer { venue.end() }
        let server = try ClientProcess.ffmpeg([
            "-re", "-stream_loop", "-1", "-i", try await FailoverClip.second.path, "-map", "0", "-c", "copy",
            "-f", "mpegts", "srt://127.0.0.1:\(far)?mode=listener&pkt_size=1316",
        ])
        defer { server.end() }
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow(
                "live",
                extra: ["failover: {switchBack: auto, recoverAfter: 1s}"],
                inputs: [
                    venue.input,
                    "name: archive, protocol: srt, mode: caller, host: 127.0.0.1, port: \(far), standby: cold",
                    "name: slate, protocol: file, path: \"builtin:slate\"",
                ],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(FreePorts.next())"]
            )
        ])
        // Nothing else is live: it is called at once, though a slate fills in.
        try await gateway.waitForFlow("live", "fed by the archive") { $0.activeLeg == "archive/main" }
        try venue.start()
        try await gateway.waitForFlow("live", "fed by the venue, with the archive at rest") {
            $0.activeLeg == "venue/main" && $0.leg("archive")?.state == .idle
        }
        #expect(try gateway.flow("live")?.leg("archive")?.address == "srt://127.0.0.1:\(far)")
        _ = try await gateway.stop()
    }
}
