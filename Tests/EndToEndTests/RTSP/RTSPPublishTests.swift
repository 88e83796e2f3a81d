import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// Encoders that push to the RTSP port, and what comes out of the flow in other protocols. Packets keep parameter sets
/// elsewhere than files do, so it is pictures and sound that are compared.
@Suite("RTSP publishers", .shared)
struct RTSPPublishTests {
    enum Publisher: String, CaseIterable {
        case ffmpegTCP, ffmpegUDP, gstreamerTCP, gstreamerUDP

        var isFFmpeg: Bool { self == .ffmpegTCP || self == .ffmpegUDP }

        func start(_ clip: String, to url: String) throws -> ChildProcess {
            switch self {
            case .ffmpegTCP, .ffmpegUDP:
                try ClientProcess.ffmpeg([
                    "-re", "-i", clip, "-c", "copy", "-f", "rtsp",
                    "-rtsp_transport", self == .ffmpegTCP ? "tcp" : "udp", url,
                ])
            case .gstreamerTCP, .gstreamerUDP:
                try ClientProcess.gstreamer([
                    "filesrc", "location=\(clip)", "!", "flvdemux", "name=d",
                    "rtspclientsink", "location=\(url)", "name=s", "latency=0",
                    "protocols=\(self == .gstreamerTCP ? "tcp" : "udp")",
                    "d.video", "!", "queue", "!", "h264parse", "!", "identity", "sync=true", "!", "s.",
                    "d.audio", "!", "queue", "!", "aacparse", "!", "identity", "sync=true", "!", "s.",
                ])
            }
        }
    }

    @Test(
        "Every picture and sound comes out for an RTMP player, as far apart as they were",
        arguments: Publisher.allCases
    )
    func publish(_ publisher: Publisher) async throws {
        let directory = try TemporaryDirectory()
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: venue, protocol: rtsp, username: enc, password: let-me-in"],
                    outputs: [
                        "name: watch, protocol: rtmp",
                        "name: tape, protocol: record, path: \"\(directory.path("tape-%s.ts"))\", segmentDuration: 10m",
                    ]
                )
            ],
            arguments: ["--rtmp", "127.0.0.1:0", "--rtsp", "127.0.0.1:0"]
        )
        let played = directory.path("played.flv")
        let player = try ClientProcess.ffmpeg([
            "-i", "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/live/watch", "-c", "copy", played,
        ])
        try await gateway.waitForFlow("live", "played") { $0.output("watch")?.peers.count == 1 }
        // GStreamer's reports tell of pictures in another order by a picture's time wrongly.
        let clip = try await RTSPClip.make(in: directory, seconds: 5, hasBFrames: publisher.isFFmpeg)
        let url = "rtsp://enc:let-me-in@127.0.0.1:\(try gateway.listenerPort("rtsp"))/live/venue"
        let encoder = try publisher.start(clip, to: url)
        if publisher.isFFmpeg {
            #expect(try await encoder.waitForExit() == .code(0), "\(encoder.errorOutput)")
        } else {
            // It does not always end by itself. Packets have about as many bytes as the clip, and it may pause on the way.
            let size = try #require(FileManager.default.attributesOfItem(atPath: clip)[.size] as? UInt64)
            var bytes: UInt64 = 0
            try await eventually("everything was sent", every: .seconds(1), detail: { encoder.errorOutput }) {
                let last = bytes
                bytes = try gateway.flow("live")?.leg()?.counters.bytes ?? 0
                return bytes == last && bytes > size * 9 / 10
            }
            encoder.end()
        }
        let flow = try await gateway.waitForFlow("live", "without its publisher") { $0.leg()?.state == .waiting }
        #expect(flow.leg()?.counters.packetsLost == 0)
        _ = try await gateway.stop()
        _ = try await player.waitForExit()
        let sent = try await FrameList.of(clip, isDecoded: true)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        let tape = try #require(names.first { $0.hasPrefix("tape") })
        for file in [played, directory.path(tape)] {
            try expectWhole(try await FrameList.of(file, isDecoded: true), sent, "\(publisher), \(file)")
        }
        // Both have times in milliseconds. In the middle, where what the sender tells of its clocks has come.
        let copies = (sent: try await FrameList.of(clip), played: try await FrameList.of(played))
        let pictures = try await FrameList.of(played, isDecoded: true).hashes(0)
        let start = try #require(pictures.first.flatMap(sent.hashes(0).firstIndex(of:)))
        let picture = try moved(copies.sent, copies.played, stream: 0, missing: start)
        let sound = try moved(copies.sent, copies.played, stream: 1)
        // GStreamer's reports tell when a packet passed, which on a busy machine is later than it was meant to.
        let limit = publisher.isFFmpeg ? 20 : 150
        #expect(abs(picture - sound) <= limit, "\(publisher): sound is \(sound - picture) ms away from where it was")
    }

    /// How much later a frame in the middle is to be shown or heard than it was. Pictures are told by their place, as
    /// their bytes change; sound by its bytes.
    private func moved(_ sent: FrameList, _ played: FrameList, stream: Int, missing: Int = 0) throws -> Int {
        let (before, after) = (sent.frames.filter { $0.stream == stream }, played.frames.filter { $0.stream == stream })
        let middle = before.count / 2
        let frame =
            stream == 1
            ? try #require(after.first { $0.hash == before[middle].hash })
            : after[middle - missing]
        return frame.presentationTime - before[middle].presentationTime
    }

    /// Encoders end as they like: what they had not sent by then cannot come out.
    private func expectWhole(_ got: FrameList, _ sent: FrameList, _ what: String) throws {
        for stream in [0, 1] {
            let (own, all) = (got.hashes(stream), sent.hashes(stream))
            let start = try #require(own.first.flatMap(all.firstIndex(of:)), "\(what), stream \(stream)")
            #expect(start <= 2, "\(what), stream \(stream)")
            #expect(own.count >= all.count - 12, "\(what), stream \(stream): \(own.count) of \(all.count)")
            let run = all[start...].prefix(own.count)
            #expect(own.dropFirst(2).dropLast(3) == run.dropFirst(2).dropLast(3), "\(what), stream \(stream)")
        }
    }

    @Test("HEVC and Opus come in, and a codec that is not carried is named while the others go on")
    func otherCodecs() async throws {
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: venue, protocol: rtsp"],
                    outputs: ["name: view, protocol: rtsp"]
                )
            ],
            arguments: ["--rtsp", "127.0.0.1:0"]
        )
        let base = "rtsp://127.0.0.1:\(try gateway.listenerPort("rtsp"))/live"
        let encoder = try ClientProcess.ffmpeg([
            "-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25",
            "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
            "-map", "0:v", "-map", "1:a", "-map", "1:a",
            "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=25:bframes=0",
            "-c:a:0", "libopus", "-c:a:1", "mp2", "-f", "rtsp", "-rtsp_transport", "tcp", "\(base)/venue",
        ])
        defer { encoder.end() }
        try await gateway.waitForFlow("live", "fed") { $0.activeLeg == "venue/main" }
        try await gateway.waitForLog("UnsupportedCodec", "MPEG audio")
        let probe = try await ChildProcess.run(
            "timeout",
            [
                "60", "ffprobe", "-loglevel", "error", "-rtsp_transport", "tcp", "-show_entries",
                "stream=codec_name", "-of", "csv=p=0", "\(base)/view",
            ]
        )
        #expect(probe.output.split(separator: "\n").sorted() == ["hevc", "opus"], "\(probe.errorOutput)")
    }

    @Test("G.711 goes through as it is")
    func g711() async throws {
        let directory = try TemporaryDirectory()
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: door, protocol: rtsp"],
                    outputs: ["name: view, protocol: rtsp"]
                )
            ],
            arguments: ["--rtsp", "127.0.0.1:0"]
        )
        let base = "rtsp://127.0.0.1:\(try gateway.listenerPort("rtsp"))/live"
        let sent = directory.path("sent.al")
        let encoder = try RecordedEncoder(
            RecordedEncoder.noiseInALaw,
            form: "rtsp:rtsp_transport=tcp",
            to: "\(base)/door",
            copy: sent
        )
        try await gateway.waitForFlow("live", "fed") { $0.activeLeg == "door/main" }
        let played = directory.path("played.al")
        let player = try ClientProcess.ffmpeg([
            "-rtsp_transport", "tcp", "-i", "\(base)/view", "-c", "copy", "-f", "alaw", "-flush_packets", "1", played,
        ])
        try await WrittenFile(path: played, writer: player).waitUntil(bytes: 24_000) { gateway.log }
        try await encoder.end()
        _ = try await gateway.stop()
        _ = try await player.waitForExit()
        let got = try Data(contentsOf: URL(fileURLWithPath: played))
        #expect(try Data(contentsOf: URL(fileURLWithPath: sent)).range(of: got) != nil)
    }

    @Test("Over TLS an encoder pushes, and a pulled gateway's certificate is verified")
    func secured() async throws {
        let certificates = try TestCertificates()
        let (certificate, privateKey) = try await certificates.make("localhost")
        let gateway = try await GatewayProcess.start(
            [
                "near.yaml": FlowText.flow(
                    "near",
                    inputs: ["name: venue, protocol: rtsp"],
                    outputs: ["name: view, protocol: rtsp, username: far, password: far-away"]
                )
            ],
            arguments: [
                "--rtsp", "off", "--rtsps", "127.0.0.1:0", "--certificate", certificate, "--private-key", privateKey,
                "--ca-file", certificates.authority,
            ]
        )
        let port = try gateway.listenerPort("rtsps")
        try gateway.flows.write(
            FlowText.flow(
                "far",
                inputs: [
                    "name: in, protocol: rtsp-pull, source: 'rtsps://localhost:\(port)/near/view', "
                        + "username: far, password: far-away"
                ]
            ),
            to: "far.yaml"
        )
        let encoder = try ClientProcess.ffmpeg([
            "-re", "-stream_loop", "3", "-i", try await FLVFixture.path, "-c", "copy", "-f", "rtsp",
            "rtsps://127.0.0.1:\(port)/near/venue",
        ])
        defer { encoder.end() }
        try await gateway.waitForFlow("far", "fed") { $0.activeLeg == "in/main" && $0.bitrate > 0 }
        #expect(try gateway.flow("near")?.leg()?.address == "rtsps://127.0.0.1:\(port)/near/venue")
    }
}
