import FlowModel
import Foundation
import HeadgateTestKit
import Testing

@Suite("HLS", .shared)
struct HLSTests {
    enum Source: String, CaseIterable {
        case rtmp, srt, rtp
        case hevcOverSRT
    }

    private static let output = "name: web, protocol: hls, segmentDuration: 1s"

    private static func hevcClip(in directory: TemporaryDirectory) async throws -> String {
        let clip = directory.path("hevc.ts")
        let made = try await ChildProcess.run(
            "ffmpeg",
            [
                "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25",
                "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", "8",
                "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=25:bframes=2",
                "-c:a", "aac", "-b:a", "64k", "-f", "mpegts", clip,
            ]
        )
        guard made.status == .code(0) else { throw DeadlineExceeded(description: made.errorOutput) }
        return clip
    }

    /// - Parameter ends: how many frames at the begin and the end may differ: a decoder of sound that joins or leaves has
    ///   no neighbours for what it got first and last.
    private static func expectPart(_ got: [String], of sent: [String], atLeast count: Int, ends: Int, _ what: String) {
        let core = Array(got.dropFirst(ends).dropLast(ends))
        #expect(core.count >= count, "\(what)")
        guard core.count >= count, sent.count >= core.count else { return }
        let isPart = (0...sent.count - core.count).contains { sent[$0..<$0 + core.count].elementsEqual(core) }
        #expect(isPart, "\(what)")
    }

    @Test("What an encoder sends is what ffmpeg plays, as MPEG-TS and as fragmented MP4", arguments: Source.allCases)
    func played(_ source: Source) async throws {
        let directory = try TemporaryDirectory()
        let port = FreePorts.next()
        let input =
            switch source {
            case .rtmp: "name: in, protocol: rtmp, streamKey: key-1"
            case .srt, .hevcOverSRT: "name: in, protocol: srt, port: \(port)"
            case .rtp: "name: in, protocol: rtp, port: \(port)"
            }
        let clip =
            switch source {
            case .rtmp: try await FLVFixture.path
            case .srt, .rtp: try await TransportStreamFixture.path
            case .hevcOverSRT: try await Self.hevcClip(in: directory)
            }
        let gateway = try await GatewayProcess.start(
            ["live.yaml": FlowText.flow("live", inputs: [input], outputs: [Self.output])],
            arguments: ["--rtmp", "127.0.0.1:0"]
        )
        let hls = HLSStream(gateway: gateway)
        // They come before there is anything to play, and are kept waiting.
        let players = try ["index.m3u8", "index-fmp4.m3u8"].map {
            ($0, try hls.play($0, seconds: 3, to: directory.path($0)))
        }
        let target =
            switch source {
            case .rtmp: ["flv", "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/live/key-1"]
            case .srt, .hevcOverSRT: ["mpegts", "srt://127.0.0.1:\(port)"]
            case .rtp: ["rtp_mpegts", "rtp://127.0.0.1:\(port)?pkt_size=1328"]
            }
        let publisher = try ClientProcess.ffmpeg(["-re", "-i", clip, "-c", "copy", "-f"] + target)
        defer { publisher.end() }
        let sent = try await FrameList.of(clip, isDecoded: true)
        for (name, player) in players {
            #expect(try await player.waitForExit() == .code(0), "\(name): \(player.errorOutput)")
            let got = try FrameList(contentsOf: directory.path(name))
            Self.expectPart(got.hashes(0), of: sent.hashes(0), atLeast: 60, ends: 0, "pictures of \(name)")
            Self.expectPart(got.hashes(1), of: sent.hashes(1), atLeast: 100, ends: 3, "sound of \(name)")
        }
        let status = try #require(try gateway.flow("live")?.output("web"))
        #expect(status.address == hls.url("index.m3u8"))
        #expect(status.state == .connected)
        #expect(status.peers.map(\.remote) == ["127.0.0.1"])
        #expect(status.counters.bytes > 100_000)
        try expectSound(hls)
    }

    /// A strict look at the segments themselves.
    private func expectSound(_ hls: HLSStream) throws {
        let segments = try hls.segments(of: "ts.m3u8")
        #expect(segments.count >= 3)
        let whole = StreamChecker(segments.flatMap(\.self))
        #expect(whole.violations == [])
        #expect(whole.streams.count == 2)
        for segment in segments {
            let pids = [0, 188].map { Int(segment[$0 + 1] & 0x1F) << 8 | Int(segment[$0 + 2]) }
            #expect(pids == [0, 0x1000])
            #expect(StreamChecker(segment).units.first { $0.streamID & 0xF0 == 0xE0 }?.isRandomAccess == true)
        }
        for fragments in try hls.segments(of: "live.m3u8") {
            let reader = FragmentReader(fragments)
            #expect(reader.problems == [])
            #expect(reader.samples(of: 1).first?.isKeyframe == true)
            #expect(reader.samples(of: 1).count == 25)
        }
    }

    @Test("GStreamer plays every picture")
    func gstreamer() async throws {
        let directory = try TemporaryDirectory()
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: in, protocol: rtmp, streamKey: key-1"],
                    outputs: [Self.output]
                )
            ],
            arguments: ["--rtmp", "127.0.0.1:0"]
        )
        let publisher = try await FLVFixture.publish(
            to: "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/live/key-1",
            loops: -1
        )
        defer { publisher.end() }
        let file = directory.path("played.h264")
        let player = try ClientProcess.gstreamer(
            ["souphttpsrc", "location=\(HLSStream(gateway: gateway).url("index.m3u8"))", "!", "hlsdemux", "!"]
                + ["tsdemux", "!", "h264parse", "!", "video/x-h264,stream-format=byte-stream,alignment=au", "!"]
                + ["filesink", "location=\(file)"]
        )
        try await WrittenFile(path: file, writer: player).waitUntil(bytes: 250_000) { gateway.log }
        player.end()
        let decoded = try await ChildProcess.run(
            "ffmpeg",
            ["-nostdin", "-loglevel", "error", "-i", file, "-f", "framemd5", "-"]
        )
        let sent = try await FrameList.of(try await FLVFixture.path, isDecoded: true).hashes(0)
        // The last picture was cut off.
        let shown = Array(FrameList(decoded.output).hashes(0).dropLast(4))
        Self.expectPart(shown, of: sent + sent + sent, atLeast: 50, ends: 0, "pictures")
    }

    @Test("A takeover is a discontinuity, and ffmpeg plays on across it")
    func takeover() async throws {
        let directory = try TemporaryDirectory()
        let port = FreePorts.next()
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: [
                        "name: venue, protocol: rtmp, streamKey: key-1", "name: fibre, protocol: srt, port: \(port)",
                    ],
                    outputs: [Self.output + ", window: 20"]
                )
            ],
            arguments: ["--rtmp", "127.0.0.1:0"]
        )
        let first = try await FLVFixture.publish(
            to: "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/live/key-1",
            loops: -1
        )
        defer { first.end() }
        try await gateway.waitForFlow("live", "published") { $0.activeLeg == "venue/main" }
        let clip = try await TransportStreamFixture.path
        let second = try ClientProcess.ffmpeg(
            ["-re", "-stream_loop", "-1", "-i", clip, "-c", "copy", "-f", "mpegts", "srt://127.0.0.1:\(port)"]
        )
        defer { second.end() }
        let hls = HLSStream(gateway: gateway)
        let player = try hls.play("index.m3u8", seconds: 7, to: directory.path("played"))
        // Segments are there, and somebody has begun to fetch them.
        try await gateway.waitForFlow("live", "played") {
            $0.leg("fibre")?.state == .connected && ($0.output("web")?.counters.bytes ?? 0) > 100_000
        }
        first.end()
        try await gateway.waitForFlow("live", "on the second input") { $0.activeLeg == "fibre/main" }
        #expect(try await player.waitForExit() == .code(0), "\(player.errorOutput)")

        let before = Set(try await FrameList.of(try await FLVFixture.path, isDecoded: true).hashes(0))
        let after = Set(try await FrameList.of(clip, isDecoded: true).hashes(0))
        func expectBoth(_ shown: [String], _ what: String) {
            let seam = shown.prefix { before.contains($0) }.count
            #expect(seam > 20, "\(what)")
            #expect(shown.count > seam + 20, "\(what)")
            #expect(shown.dropFirst(seam).allSatisfy { after.contains($0) }, "\(what)")
        }
        expectBoth(try FrameList(contentsOf: directory.path("played")).hashes(0), "MPEG-TS")
        #expect(try hls.lines("ts.m3u8").count { $0 == "#EXT-X-DISCONTINUITY" } == 1)
        var shown: [String] = []
        for (index, file) in try hls.fragmentedFiles().enumerated() {
            let path = directory.path("\(index).mp4")
            try Data(file).write(to: URL(fileURLWithPath: path))
            shown += try await FrameList.of(path, isDecoded: true).hashes(0)
        }
        expectBoth(shown, "fragmented MP4")
    }

    @Test("Players may wait for what comes next, and for nothing beyond; names that mean nothing are not found")
    func requests() async throws {
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: in, protocol: file, path: 'builtin:demo', loop: true"],
                    outputs: [Self.output]
                ),
                "other.yaml": FlowText.flow(
                    "other",
                    inputs: ["name: in, protocol: file, path: 'builtin:demo', loop: true"]
                ),
            ]
        )
        let hls = HLSStream(gateway: gateway)
        // It is held until there are three segments.
        #expect(try hls.get("live.m3u8").status == 200)
        for _ in 0..<4 {
            let (segment, part) = try hls.nextPart()
            let answer = try hls.get("live.m3u8?_HLS_msn=\(segment)&_HLS_part=\(part)")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/vnd.apple.mpegurl")
            // A part behind the last one of its segment is the first one of the next.
            let isThere = ["\(segment).\(part)", "\(segment + 1).0"].contains {
                answer.text.contains("URI=\"\($0).m4s\"\n") || answer.text.contains("URI=\"\($0).m4s\",INDEPENDENT=YES")
            }
            #expect(isThere, "\(segment).\(part) in \(answer.text)")
        }
        let (segment, _) = try hls.nextPart()
        #expect(try hls.get("live.m3u8?_HLS_msn=\(segment + 3)").status == 400)
        #expect(try hls.get("live.m3u8?_HLS_msn=soon").status == 400)
        for name in ["live.m3u", "\(segment + 100).ts", "1.ts", "init-1.mp4", "..%2Flive.yaml", "index.m3u8/x"] {
            #expect(try hls.get(name).status == 404, "\(name)")
        }
        for flow in ["other", "nobody"] {
            #expect(try HLSStream(gateway: gateway, flow: flow).get("index.m3u8").status == 404)
        }
        let head = try HTTPRequest.send("HEAD", "/hls/live/ts.m3u8", port: gateway.httpPort)
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(Int(head.headers["content-length"] ?? "") ?? 0 > 100)
    }

    @Test("With a token players show it; ffmpeg does so in a header")
    func token() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.path("token")
        try "s3cret-token\n".write(toFile: file, atomically: true, encoding: .utf8)
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: in, protocol: file, path: 'builtin:demo', loop: true"],
                    outputs: [Self.output]
                )
            ],
            arguments: ["--http-token-file", file]
        )
        let hls = HLSStream(gateway: gateway)
        #expect(try hls.get("index.m3u8").status == 401)
        let player = try ClientProcess.ffmpeg(
            ["-headers", "Authorization: Bearer s3cret-token\r\n", "-i", hls.url("index.m3u8")]
                + ["-map", "0:v:0", "-frames:v", "25", "-f", "framemd5", directory.path("played")]
        )
        #expect(try await player.waitForExit() == .code(0), "\(player.errorOutput)")
        #expect(try FrameList(contentsOf: directory.path("played")).frames.count == 25)
    }

    @Test("Without HTTP there is no HLS, which is said, and the rest of the flow runs")
    func withoutHTTP() async throws {
        let flows = try TemporaryDirectory("headgate-flows")
        try flows.write(
            FlowText.flow(
                "live",
                inputs: ["name: in, protocol: file, path: 'builtin:demo', loop: true"],
                outputs: [Self.output]
            ),
            to: "live.yaml"
        )
        let gateway = try GatewayProcess(
            flows: flows,
            state: TemporaryDirectory("headgate-state"),
            arguments: ["--http", "off"]
        )
        try await gateway.waitForLog("ListenerOff", "the gateway runs with --http off")
        try await gateway.waitForLog("in/main feeds the outputs")
        _ = try await gateway.stop()
    }
}
