import FlowModel
import Foundation
import Glibc
import HeadgateTestKit
import Testing

/// The active leg is lost, and another encoder's stands in: real encoders, and a tape of what went out.
@Suite("Failover", .shared)
struct FailoverTests {
    struct Pair: CustomStringConvertible {
        var first: FailoverTransport
        var second: FailoverTransport

        var description: String { "\(first) to \(second)" }
    }

    /// ffmpeg puts a third of a second of sound into one PES packet: as much may be missing at a seam. In milliseconds.
    private static let soundUnit = 350

    @Test(
        "Another encoder takes over in time, on a picture that decodes, and no time goes back",
        arguments: [
            Pair(first: .srt, second: .srt), Pair(first: .rtp, second: .rtp), Pair(first: .srt, second: .rtmp),
            Pair(first: .rtmp, second: .srt), Pair(first: .srtCaller, second: .rtp),
            Pair(first: .rtmpPull, second: .srtCaller), Pair(first: .rtsp, second: .srt),
            Pair(first: .rtp, second: .rtsp),
        ],
        FailoverSource.Loss.allCases
    )
    func takeover(_ pair: Pair, _ loss: FailoverSource.Loss) async throws {
        let directory = try TemporaryDirectory()
        var first = try await pair.first.prepare(.first, as: "one", isCuttable: loss == .cut)
        defer { first.end() }
        var second = try await pair.second.prepare(.second, as: "two")
        defer { second.end() }
        let gaps = try DatagramReceiver<ArrivalGaps>(state: ArrivalGaps()) { gaps, _ in gaps.arrived() }
        let gateway = try await GatewayProcess.start(
            [
                "live.yaml": FlowText.flow(
                    "live",
                    extra: ["failover: {lossAfter: 500ms}"],
                    inputs: [first.input, second.input],
                    outputs: [
                        "name: tape, protocol: record, path: \"\(directory.path("tape-%s.ts"))\", segmentDuration: 10m",
                        "name: out, protocol: udp, host: 127.0.0.1, port: \(gaps.port)",
                        "name: watch, protocol: rtmp",
                    ]
                )
            ],
            arguments: ["--rtmp", "127.0.0.1:0", "--rtsp", "127.0.0.1:0"]
        )
        let rtmpPort = try gateway.listenerPort("rtmp")
        try first.start(calling: gateway)
        try await gateway.waitForFlow("live", "fed by one") { $0.activeLeg == "one/main" }
        let played = directory.path("played.flv")
        let player = try ClientProcess.ffmpeg(
            ["-i", "rtmp://127.0.0.1:\(rtmpPort)/live/watch", "-c", "copy", played]
        )
        try second.start(calling: gateway)
        // Long enough for a picture to begin with, whose distance is two seconds.
        try await gateway.waitForFlow("live", "hearing both, and played") {
            ($0.leg("two")?.counters.bytes ?? 0) > 350_000
                && ($0.output("watch")?.peers.first?.counters.packets ?? 0) > 100
        }
        gaps.reset(ArrivalGaps(since: .now))
        first.lose(loss)
        let flow = try await gateway.waitForFlow("live", "fed by two") { $0.activeLeg == "two/main" }
        #expect(flow.switches == 1)
        let before = flow.output("watch")?.peers.first?.counters.packets ?? 0
        try await gateway.waitForFlow("live", "played on") {
            ($0.output("watch")?.peers.first?.counters.packets ?? 0) > before + 150
        }
        try await gateway.waitForLog("Joined", "two/main")
        _ = try await gateway.stop()
        _ = try await player.waitForExit()

        // Silence is noticed after lossAfter, a close at once; the rest is this machine's share.
        let limit = (first.tells(loss) ? 0 : 600) + 400
        #expect(gaps.current.largest < .milliseconds(limit), "\(pair), \(loss)")
        try await checkTape(in: directory, limit: limit)
        try await checkPlayed(played, limit: limit)
    }

    /// Times go on, and from the second encoder's first picture on there is nothing to complain about.
    private func checkTape(in directory: TemporaryDirectory, limit: Int) async throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        let tape = directory.path(try #require(names.first { $0.hasSuffix(".ts") }))
        let packets = try await probe(tape, entries: "packet=stream_index,dts")
        for stream in ["0", "1"] {
            let times = packets.filter { $0.first == stream }.compactMap { $0.count > 1 ? Int($0[1]) : nil }
            let steps = zip(times.dropFirst(), times).map { $0 - $1 }
            #expect(times.count > 100)
            #expect((steps.min() ?? 0) > 0, "stream \(stream)")
            #expect((steps.max() ?? .max) <= (limit + Self.soundUnit) * 90, "stream \(stream), in ticks of 90 kHz")
        }
        let frames = try await probe(tape, entries: "frame=pkt_pos,width", select: "v")
        let widths = frames.compactMap { $0.count > 1 ? Int($0[1]) : nil }
        #expect(widths.contains(FailoverClip.first.rawValue))
        let seam = try #require(frames.first { $0.count > 1 && $0[1] == "\(FailoverClip.second.rawValue)" })
        let position = try #require(Int(seam[0]))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: tape))
        // PAT and PMT stand right before it. At the end of the tape a picture may be cut short.
        let tail = Array(bytes.dropFirst(max(0, position - 2 * 188)))
        let rest = directory.path("rest.bin")
        let whole = try #require(PlayableCut.fromKeyframe(tail, videoPID: 0x100))
        try Data(whole).write(to: URL(fileURLWithPath: rest))
        let decoded = try await ChildProcess.run(
            "ffprobe",
            ["-loglevel", "warning", "-f", "mpegts", "-show_entries", "frame=pts", "-of", "csv", rest]
        )
        #expect(decoded.errorOutput == "")
        #expect(widths.drop { $0 == FailoverClip.first.rawValue }.allSatisfy { $0 == FailoverClip.second.rawValue })
    }

    private func checkPlayed(_ path: String, limit: Int) async throws {
        let played = try await FrameList.of(path)
        for stream in [0, 1] {
            let times = played.decodeTimes(stream)
            #expect(times.count > 100)
            let steps = zip(times.dropFirst(), times).map { $0 - $1 }
            #expect((steps.min() ?? -1) >= 0, "stream \(stream)")
            #expect((steps.max() ?? .max) <= limit + Self.soundUnit, "stream \(stream), in milliseconds")
        }
    }

    private func probe(_ path: String, entries: String, select: String? = nil) async throws -> [[String]] {
        let streams = select.map { ["-select_streams", $0] } ?? []
        let result = try await ChildProcess.run(
            "ffprobe",
            ["-loglevel", "quiet"] + streams + ["-show_entries", entries, "-of", "csv=p=0", path]
        )
        return result.output.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    }

    @Test("A slate fills in when nothing is live, and gives way to a stream that comes back")
    func slate() async throws {
        var venue = try await FailoverTransport.srt.prepare(.first, as: "venue")
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow(
                "live",
                inputs: [
                    venue.input,
                    "name: slate, protocol: file, path: \"builtin:slate\"",
                ],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(FreePorts.next())"]
            )
        ])
        try await gateway.waitForFlow("live", "filled in") { $0.activeLeg == "slate/main" }
        for _ in 0..<2 {
            try venue.start()
            defer { venue.end() }
            try await gateway.waitForFlow("live", "fed by the venue") { $0.activeLeg == "venue/main" }
            venue.end()
            try await gateway.waitForFlow("live", "filled in again") {
                // An encoder that was killed is taken for live until its idle time-out.
                $0.activeLeg == "slate/main" && $0.leg("venue")?.state == .waiting
            }
        }
        try await gateway.waitForLog("Switched", "slate/main only filled in")
        _ = try await gateway.stop()
    }

    @Test("An operator's choice takes over without a restart, and gives the flow back when it is taken out")
    func choice() async throws {
        var first = try await FailoverTransport.srt.prepare(.first, as: "one")
        defer { first.end() }
        var second = try await FailoverTransport.srt.prepare(.second, as: "two")
        defer { second.end() }
        func text(_ failover: String) -> String {
            FlowText.flow(
                "live",
                extra: ["failover: {\(failover)}"],
                inputs: [
                    first.input,
                    second.input,
                ],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(FreePorts.next())"]
            )
        }
        let gateway = try await GatewayProcess.start(["live.yaml": text("switchBack: auto, recoverAfter: 1s")])
        try first.start()
        try await gateway.waitForFlow("live", "fed by one") { $0.activeLeg == "one/main" }
        try second.start()
        try await gateway.waitForFlow("live", "hearing both") { ($0.leg("two")?.counters.bytes ?? 0) > 0 }
        try gateway.flows.write(text("switchBack: auto, recoverAfter: 1s, active: two"), to: "live.yaml")
        let chosen = try await gateway.waitForFlow("live", "fed by two") { $0.activeLeg == "two/main" }
        #expect(chosen.leg("one")?.state == .connected && chosen.leg("two")?.state == .connected)
        #expect(!gateway.log.contains("Disconnected"))
        try gateway.flows.write(text("switchBack: auto, recoverAfter: 1s"), to: "live.yaml")
        try await gateway.waitForFlow("live", "fed by one again") { $0.activeLeg == "one/main" }
        _ = try await gateway.stop()
    }

    @Test("A leg without pictures counts as lost when the rules say so")
    func quality() async throws {
        let port = FreePorts.next()
        var second = try await FailoverTransport.srt.prepare(.second, as: "two")
        defer { second.end() }
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow(
                "live",
                extra: ["failover: {quality: {noVideoFor: 1s}}"],
                inputs: [
                    "name: one, protocol: srt, port: \(port)",
                    second.input,
                ],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(FreePorts.next())"]
            )
        ])
        // Sound alone.
        let first = try ClientProcess.ffmpeg([
            "-re", "-i", try await FailoverClip.first.path, "-map", "0:a", "-c", "copy",
            "-f", "mpegts", "srt://127.0.0.1:\(port)?pkt_size=1316",
        ])
        defer { first.end() }
        try await gateway.waitForFlow("live", "fed by one") { $0.activeLeg == "one/main" }
        try second.start()
        try await gateway.waitForFlow("live", "fed by two") { $0.activeLeg == "two/main" }
        try await gateway.waitForLog("QualityLost", "no picture")
        _ = try await gateway.stop()
    }
}

/// The longest time between two datagrams.
struct ArrivalGaps: Sendable {
    private var last: ContinuousClock.Instant?
    private(set) var largest = Duration.zero

    /// - Parameter begin: the first one is counted from here on.
    init(since begin: ContinuousClock.Instant? = nil) {
        last = begin
    }

    mutating func arrived() {
        let now = ContinuousClock.now
        if let last { largest = max(largest, last.duration(to: now)) }
        last = now
    }
}
