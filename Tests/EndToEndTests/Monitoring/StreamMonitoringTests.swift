import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// TR 101 290 on streams as encoders and the gateway itself make them.
@Suite("Transport stream errors", .shared)
struct StreamMonitoringTests {
    private static let muxRate: Int64 = 2_000_000
    private static let picture = [
        "-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25",
        "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
        "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p",
        "-b:v", "600k", "-maxrate", "600k", "-bufsize", "600k", "-c:a", "aac", "-b:a", "64k",
    ]

    /// All that is counted, by name, where it is not nought.
    private static func errors(_ stream: TransportStreamStatus) -> [String: UInt64] {
        [
            "sync loss": stream.syncLosses, "sync byte": stream.syncByteErrors, "PAT": stream.patErrors,
            "continuity": stream.continuityErrors, "PMT": stream.pmtErrors, "PID": stream.pidErrors,
            "transport": stream.transportErrors, "CRC": stream.crcErrors,
            "PCR repetition": stream.pcrRepetitionErrors, "PCR discontinuity": stream.pcrDiscontinuityErrors,
            "PCR accuracy": stream.pcrAccuracyErrors, "PTS": stream.ptsErrors, "CAT": stream.catErrors,
        ].filter { $0.value > 0 }
    }

    @Test("ffmpeg's stream of a constant rate has none, and its rate is known", arguments: ["udp", "srt"])
    func ffmpeg(transport: String) async throws {
        let port = FreePorts.next()
        let input = transport == "udp" ? "protocol: rtp" : "protocol: srt, mode: listener"
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow("live", inputs: ["name: in, \(input), port: \(port)"])
        ])
        let encoder = try ClientProcess.ffmpeg(
            Self.picture + ["-t", "8", "-muxrate", "\(Self.muxRate)", "-f", "mpegts"]
                + ["\(transport)://127.0.0.1:\(port)?pkt_size=1316"]
        )
        var rates: Set<Int64> = []
        try await eventually("the end of the stream", every: .milliseconds(200)) {
            if let rate = try gateway.flow("live")?.leg()?.transportStream?.constantBitrate { rates.insert(rate) }
            return !encoder.isRunning
        }
        let stream = try #require(try gateway.flow("live")?.leg()?.transportStream)
        #expect(stream.packets > 8_000)
        #expect(Self.errors(stream) == [:])
        #expect(!rates.isEmpty)
        for rate in rates { #expect(abs(rate - Self.muxRate) < 100, "\(rate)") }
    }

    @Test("What the gateway makes of RTMP has none either")
    func ownMuxer() async throws {
        let port = FreePorts.next()
        let gateway = try await GatewayProcess.start(
            [
                "studio.yaml": FlowText.flow(
                    "studio",
                    inputs: ["name: in, protocol: rtmp, streamKey: key"],
                    outputs: ["name: out, protocol: rtp, host: 127.0.0.1, port: \(port)"]
                ),
                "site.yaml": FlowText.flow("site", inputs: ["name: in, protocol: rtp, port: \(port)"]),
            ],
            arguments: ["--rtmp", "127.0.0.1:0"]
        )
        let encoder = try ClientProcess.ffmpeg(
            Self.picture + ["-t", "8", "-f", "flv", "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/studio/key"]
        )
        #expect(try await encoder.waitForExit() == .code(0))
        let stream = try #require(try gateway.flow("site")?.leg()?.transportStream)
        #expect(stream.packets > 2_000)
        #expect(Self.errors(stream) == [:])
        #expect(stream.constantBitrate == nil)
    }

    @Test("What is wrong with a stream is shown in its status, as text, and as metrics")
    func faulty() async throws {
        let directory = try TemporaryDirectory()
        let clip = try Self.damaged(try await TransportStreamFixture.path)
        try Data(clip).write(to: URL(fileURLWithPath: directory.path("damaged.ts")))
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow(
                "live",
                inputs: ["name: in, protocol: file, loop: false, path: \"\(directory.path("damaged.ts"))\""]
            )
        ])
        let flow = try await gateway.waitForFlow("live", "played to its end") { flow in
            flow.leg()?.transportStream.map { $0.packets >= clip.count / 188 } ?? false
        }
        var found = Self.errors(try #require(flow.leg()?.transportStream))
        // ffmpeg left to itself: a PCR each other picture.
        let repetitions = found.removeValue(forKey: "PCR repetition") ?? 0
        #expect((80...100).contains(repetitions))
        #expect(found == ["transport": 3, "continuity": 3, "CRC": 2])
        let text = try await ChildProcess.run(
            GatewayProcess.binaryPath,
            ["status", "live", "--server", "http://127.0.0.1:\(gateway.httpPort)"]
        ).output
        #expect(text.contains(/errors 1 +continuity 3\n +errors 2 +transport 3, checksum 2, PCR repetition/))
        let metric = "headgate_leg_ts_crc_errors_total{flow=\"live\",input=\"in\",leg=\"main\"} 2"
        #expect(try gateway.get("/metrics").text.split(separator: "\n").contains(Substring(metric)))
    }

    /// The clip with three video packets marked as damaged, and two PMTs with a wrong checksum.
    private static func damaged(_ path: String) throws -> [UInt8] {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        var counts: [Int: Int] = [:]
        for start in stride(from: 0, to: bytes.count, by: 188) {
            let pid = Int(bytes[start + 1] & 0x1F) << 8 | Int(bytes[start + 2])
            counts[pid, default: 0] += 1
            // ffmpeg's PIDs: video, and the program map.
            switch (pid, counts[pid, default: 0]) {
            case (0x100, 300), (0x100, 600), (0x100, 900): bytes[start + 1] |= 0x80
            case (0x1000, 10), (0x1000, 20): bytes[start + 12] ^= 1
            default: break
            }
        }
        return bytes
    }
}
