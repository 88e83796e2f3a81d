import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// Players on the RTSP port, of flows that are fed in other protocols.
@Suite("RTSP players", .shared)
struct RTSPPlayTests {
    enum Source: String, CaseIterable {
        case srt, rtmp
    }

    enum Player: String, CaseIterable {
        case ffmpegTCP, ffmpegUDP, gstreamerTCP, gstreamerUDP, mpv

        var isFFmpeg: Bool { self == .ffmpegTCP || self == .ffmpegUDP }

        var isUDP: Bool { self == .ffmpegUDP || self == .gstreamerUDP }

        /// How many bytes its file has of some four seconds: a list of hashes, or the stream itself.
        var enough: Int { isFFmpeg ? 20_000 : 150_000 }

        func start(_ url: String, file: String) throws -> ChildProcess {
            switch self {
            case .ffmpegTCP, .ffmpegUDP:
                try ClientProcess.ffmpeg(
                    [
                        "-rtsp_transport", self == .ffmpegTCP ? "tcp" : "udp", "-i", url,
                    ] + FrameList.picturesAndCodedSound + ["-flush_packets", "1", file]
                )
            case .gstreamerTCP, .gstreamerUDP:
                try ClientProcess.gstreamer([
                    "-e", "rtspsrc", "location=\(url)", "latency=500", "name=s",
                    "protocols=\(self == .gstreamerTCP ? "tcp" : "udp")",
                    "matroskamux", "name=m", "streamable=true", "!",
                    "filesink", "location=\(file)", "buffer-mode=unbuffered",
                    "s.", "!", "application/x-rtp,media=video", "!", "rtph264depay", "!", "h264parse", "!", "queue",
                    "!", "m.", "s.", "!", "application/x-rtp,media=audio", "!", "rtpmp4gdepay", "!", "aacparse", "!",
                    "queue", "!", "m.",
                ])
            case .mpv:
                try ChildProcess(
                    "timeout",
                    [
                        "--signal=KILL", "120", "mpv", "--no-config", "--vo=null", "--ao=null", "--msg-level=all=warn",
                        "--rtsp-transport=tcp", "--stream-record=\(file)", url,
                    ],
                    leadsGroup: true
                )
            }
        }
    }

    @Test(
        "What is played is what goes in, without a picture or a sound missing",
        arguments: Source.allCases,
        Player.allCases
    )
    func play(_ source: Source, _ player: Player) async throws {
        let directory = try TemporaryDirectory()
        let input = source == .srt ? "name: in, protocol: srt" : "name: in, protocol: rtmp, streamKey: key-1"
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: [input],
                    outputs: ["name: view, protocol: rtsp"]
                )
            ],
            arguments: ["--rtmp", "127.0.0.1:0", "--rtsp", "127.0.0.1:0"]
        )
        let sent = directory.path(source == .srt ? "sent.ts" : "sent.flv")
        let (form, target) =
            switch source {
            case .srt: ("mpegts", "srt://127.0.0.1:\(try gateway.listenerPort("srt"))?streamid=live/in")
            case .rtmp: ("flv", "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/live/key-1")
            }
        let encoder = try RecordedEncoder(RecordedEncoder.picturesAndNoise, form: form, to: target, copy: sent)
        try await gateway.waitForFlow("live", "fed") { $0.activeLeg == "in/main" }
        let file = directory.path(player.isFFmpeg ? "played.md5" : "played.mkv")
        let process = try player.start("rtsp://127.0.0.1:\(try gateway.listenerPort("rtsp"))/live/view", file: file)
        defer { process.end() }
        let written = WrittenFile(path: file, writer: process)
        try await written.waitUntil(bytes: player.enough) { gateway.log }
        #expect(try gateway.flow("live")?.output("view")?.peers.count == 1)
        try await encoder.end()
        try await gateway.waitForFlow("live", "without its encoder") {
            $0.leg()?.state == .waiting || $0.activeLeg == nil
        }
        // When the gateway goes, what is on its way over UDP is not shown any more.
        if player.isUDP { try await written.waitUntilStill() }
        _ = try await gateway.stop()
        // Over UDP it need not notice that nothing comes any more.
        if player == .gstreamerUDP { process.end() }
        _ = try await process.waitForExit()
        try await expectRun(file, of: sent, "\(source), \(player), which said '\(process.errorOutput)'")
    }

    /// What was played is a run of what was sent, up to its end.
    private func expectRun(_ file: String, of copy: String, _ what: String) async throws {
        let sent = try await FrameList.ofPicturesAndCodedSound(copy)
        let played =
            file.hasSuffix(".md5")
            ? try FrameList(contentsOf: file) : try await FrameList.ofPicturesAndCodedSound(file)
        for stream in [0, 1] {
            // Somewhere in it the player came in; at its end a player may lose what it had not shown.
            let (own, all) = (played.hashes(stream).dropLast(2), sent.hashes(stream))
            let start = try #require(own.first.flatMap(all.firstIndex(of:)), "\(what), stream \(stream)")
            #expect(own.count > 60, "\(what), stream \(stream)")
            #expect(
                Array(own) == Array(all[start...].prefix(own.count)),
                "\(what), stream \(stream): \(own.count) frames are no run of what was sent"
            )
            #expect(start + own.count > all.count - 60, "\(what), stream \(stream): the end is missing")
        }
    }

    @Test("A player that comes before the stream waits for it; with maxConcurrent reached the next one is refused")
    func waits() async throws {
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: in, protocol: rtsp"],
                    outputs: ["name: view, protocol: rtsp, maxConcurrent: 1"]
                )
            ],
            arguments: ["--rtsp", "127.0.0.1:0"]
        )
        let base = "rtsp://127.0.0.1:\(try gateway.listenerPort("rtsp"))/live"
        let early = try ClientProcess.ffmpeg(["-rtsp_transport", "tcp", "-i", "\(base)/view", "-f", "null", "-"])
        defer { early.end() }
        let encoder = try ClientProcess.ffmpeg([
            "-re", "-stream_loop", "9", "-i", try await FLVFixture.path, "-c", "copy", "-f", "rtsp", "\(base)/in",
        ])
        defer { encoder.end() }
        try await gateway.waitForFlow("live", "played") { $0.output("view")?.peers.count == 1 }
        let second = try ClientProcess.ffmpeg(["-rtsp_transport", "tcp", "-i", "\(base)/view", "-f", "null", "-"])
        #expect(try await second.waitForExit() != .code(0))
        #expect(second.errorOutput.contains("503"))
        try await gateway.waitForLog("TooManyReceivers", "view")
        #expect(try gateway.flow("live")?.output("view")?.peers.count == 1)
    }
}
