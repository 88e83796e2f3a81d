import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// From transport streams to RTMP and back. Containers keep parameter sets in different places, so it is pictures and
/// sound that are compared.
@Suite("RTMP and transport streams", .shared)
struct RTMPConversionTests {
    private static let listening = ["--rtmp", "127.0.0.1:0"]

    enum Source: String, CaseIterable {
        case srt
        case rtp
    }

    /// - Parameter tail: how many frames at the end may be missing: libsrt keeps what came within the latency of the
    ///   end, and the last picture has no next one to end it.
    private func expectSame(_ got: FrameList, _ sent: FrameList, tail: [Int] = [15, 30]) {
        for stream in [0, 1] {
            let hashes = got.hashes(stream)
            #expect(sent.hashes(stream).count > 100)
            #expect(hashes.count >= sent.hashes(stream).count - tail[stream], "stream \(stream)")
            #expect(hashes.dropLast(2) == sent.hashes(stream).prefix(hashes.count).dropLast(2), "stream \(stream)")
        }
    }

    @Test("A transport stream comes out for an RTMP player", arguments: Source.allCases)
    func toPlayer(_ source: Source) async throws {
        let directory = try TemporaryDirectory()
        let port = FreePorts.next()
        let input = source == .srt ? "name: in, protocol: srt" : "name: in, protocol: rtp, port: \(port)"
        let gateway = try await GatewayProcess.start(
            ["live.yaml": FlowText.flow("live", inputs: [input], outputs: ["name: watch, protocol: rtmp"])],
            arguments: Self.listening
        )
        let player = try ClientProcess.ffmpeg([
            "-i", "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/live/watch", "-c", "copy",
            directory.path("played.flv"),
        ])
        try await gateway.waitForFlow("live", "played") { $0.output("watch")?.peers.count == 1 }
        let clip = try await TransportStreamFixture.path
        let target =
            switch source {
            case .srt: ["mpegts", "srt://127.0.0.1:\(try gateway.listenerPort("srt"))?streamid=live/in"]
            case .rtp: ["rtp_mpegts", "rtp://127.0.0.1:\(port)?pkt_size=1328"]
            }
        let publisher = try ClientProcess.ffmpeg(["-re", "-i", clip, "-c", "copy", "-f"] + target)
        #expect(try await publisher.waitForExit() == .code(0))
        try await gateway.waitForFlow("live", "without its publisher") {
            $0.leg()?.state == .waiting || $0.activeLeg == nil
        }
        _ = try await gateway.stop()
        _ = try await player.waitForExit()
        expectSame(
            try await FrameList.of(directory.path("played.flv"), isDecoded: true),
            try await FrameList.of(clip, isDecoded: true)
        )
    }

    @Test("What an RTMP encoder with B-frames publishes comes out for an SRT receiver")
    func toSRT() async throws {
        let directory = try TemporaryDirectory()
        let port = FreePorts.next()
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    inputs: ["name: venue, protocol: rtmp, streamKey: key-1"],
                    outputs: ["name: out, protocol: srt, port: \(port)"]
                )
            ],
            arguments: Self.listening
        )
        let file = directory.path("received.ts")
        let receiver = try ClientProcess.ffmpeg(["-i", "srt://127.0.0.1:\(port)", "-map", "0", "-c", "copy", file])
        try await gateway.waitForFlow("live", "received") { $0.output("out")?.peers.count == 1 }
        let publisher = try await FLVFixture.publish(
            to: "rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/live/key-1"
        )
        #expect(try await publisher.waitForExit() == .code(0))
        try await gateway.waitForFlow("live", "without its publisher") { $0.leg()?.state == .waiting }
        _ = try await gateway.stop()
        _ = try await receiver.waitForExit()
        expectSame(
            try await FrameList.of(file, isDecoded: true),
            try await FrameList.of(try await FLVFixture.path, isDecoded: true)
        )
    }

    @Test("HEVC goes from SRT through RTMP, in its enhanced form, to a recorded transport stream")
    func hevc() async throws {
        let directory = try TemporaryDirectory()
        let clip = directory.path("hevc.ts")
        let made = try await ChildProcess.run(
            "ffmpeg",
            [
                "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25",
                "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", "5",
                "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=25:bframes=2",
                "-c:a", "aac", "-b:a", "64k", "-f", "mpegts", clip,
            ]
        )
        #expect(made.status == .code(0), "\(made.errorOutput)")
        let gateway = try await GatewayProcess.start(
            [
                "near.yaml": FlowText.flow(
                    "near",
                    inputs: ["name: in, protocol: srt"],
                    outputs: ["name: watch, protocol: rtmp"]
                )
            ],
            arguments: Self.listening
        )
        try gateway.flows.write(
            FlowText.flow(
                "far",
                inputs: [
                    "name: in, protocol: rtmp-pull, streamKey: watch, "
                        + "source: 'rtmp://127.0.0.1:\(try gateway.listenerPort("rtmp"))/near'"
                ],
                outputs: [
                    "name: tape, protocol: record, path: \"\(directory.path("tape-%s.ts"))\", segmentDuration: 10m"
                ]
            ),
            to: "far.yaml"
        )
        try await gateway.waitForFlow("near", "pulled") { $0.output("watch")?.peers.count == 1 }
        let publisher = try ClientProcess.ffmpeg([
            "-re", "-i", clip, "-c", "copy", "-f", "mpegts",
            "srt://127.0.0.1:\(try gateway.listenerPort("srt"))?streamid=near/in",
        ])
        #expect(try await publisher.waitForExit() == .code(0))
        try await gateway.waitForFlow("near", "without its publisher") { $0.leg()?.state == .waiting }
        _ = try await gateway.stop()
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        let tape = try #require(names.first { $0.hasPrefix("tape") })
        expectSame(
            try await FrameList.of(directory.path(tape), isDecoded: true),
            try await FrameList.of(clip, isDecoded: true)
        )
    }
}
