import FlowModel
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
        let port = FreePorts.next()
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow("live", inputs: ["name: in, protocol: rtp, port: \(port)"])
        ])
        // It has no tables, and no clock.
        let sender = try DatagramSender(SyntheticStream(identifier: 5), to: port, interval: .milliseconds(5))
        defer { sender.stop() }
        let flow = try await gateway.waitForFlow("live", "without a PAT") { flow in
            (flow.leg()?.transportStream?.patErrors ?? 0) >= 2
        }
        let found = Self.errors(try #require(flow.leg()?.transportStream))
        #expect(Set(found.keys) == ["PAT"])
        let text = try await ChildProcess.run(
            GatewayProcess.binaryPath,
            ["status", "live", "--server", "http://127.0.0.1:\(gateway.httpPort)"]
        ).output
        #expect(text.contains(/errors 1 +PAT \d/))
        let metric = "headgate_leg_ts_pat_errors_total{flow=\"live\",input=\"in\",leg=\"main\"}"
        let line = try gateway.get("/metrics").text.split(separator: "\n").first { $0.hasPrefix(metric) }
        #expect(line.flatMap { Int($0.split(separator: " ")[1]) }.map { $0 >= 2 } == true)
    }
}
