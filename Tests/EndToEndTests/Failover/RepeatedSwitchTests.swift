import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// What goes wrong a little at each seam shows after many.
@Suite("Many switches", .shared)
struct RepeatedSwitchTests {
    /// Of the pictures and of the sound in a file.
    private enum Kind: String, CaseIterable {
        case picture = "v"
        case sound = "a"
    }

    /// A coded picture or a frame of sound of a file: when it is shown, in ticks of 90 kHz, and what it is.
    private struct Unit {
        var kind: Kind
        var time: Int
        var hash: String
    }

    /// A part of the tape that comes from one encoder.
    private struct Stretch {
        var encoder: Int
        /// How much later the tape shows each picture, or plays each sound, than the encoder's file does.
        var shifts: [Kind: [Int]] = [:]
    }

    private static let rounds = 4
    private static let switchesPerRound = 50

    @Test(
        "After 200 switches sound, pictures and clock are as far apart as the encoders had them, and no time went back"
    )
    func drift() async throws {
        let directory = try TemporaryDirectory()
        let clips = try await [1, 2].asyncMap { try await Self.makeClip($0, in: directory) }
        let ports = [FreePorts.next(), FreePorts.next()]
        func text(_ active: String) -> String {
            FlowText.flow(
                "live",
                extra: ["failover: {active: \(active)}"],
                inputs: zip(["one", "two"], ports).map { "name: \($0), protocol: srt, port: \($1)" },
                outputs: [
                    "name: tape, protocol: record, path: \"\(directory.path("tape-%s.ts"))\", segmentDuration: 10m"
                ]
            )
        }
        let gateway = try await GatewayProcess.start(["live.yaml": text("one")])
        let encoders = try zip(clips, ports).map { clip, port in
            try ClientProcess.ffmpeg([
                "-re", "-i", clip, "-map", "0", "-c", "copy", "-f", "mpegts",
                "srt://127.0.0.1:\(port)?pkt_size=1316",
            ])
        }
        defer { for encoder in encoders { encoder.end() } }
        try await gateway.waitForFlow("live", "hearing both") {
            ($0.leg("one")?.counters.bytes ?? 0) > 100_000 && ($0.leg("two")?.counters.bytes ?? 0) > 100_000
        }
        for _ in 0..<Self.rounds {
            for number in 0..<Self.switchesPerRound {
                let name = number % 2 == 0 ? "two" : "one"
                try gateway.flows.write(text(name), to: "live.yaml")
                try await gateway.waitForFlow("live", "fed by \(name)") { $0.activeLeg == "\(name)/main" }
            }
            let before = try gateway.flow("live")?.leg("one")?.counters.bytes ?? 0
            try await gateway.waitForFlow("live", "fed by one for some seconds") {
                ($0.leg("one")?.counters.bytes ?? 0) > before + 250_000
            }
        }
        let switches = try gateway.flow("live")?.switches ?? 0
        #expect(switches >= Self.rounds * Self.switchesPerRound - 1)
        _ = try await gateway.stop()

        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        let tape = directory.path(try #require(names.first { $0.hasPrefix("tape") }))
        let units = try await Self.units(of: tape)
        let sources = try await clips.asyncMap { Dictionary(grouping: try await Self.units(of: $0), by: \.hash) }
        let stretches = Self.stretches(units, sources).filter {
            ($0.shifts[.picture]?.count ?? 0) >= 40 && ($0.shifts[.sound]?.count ?? 0) >= 40
        }
        #expect(stretches.count >= Self.rounds)
        for stretch in stretches {
            // What was squeezed at the seam is shown later than the encoder had it.
            let picture = try #require(stretch.shifts[.picture]?.last)
            let sound = try #require(stretch.shifts[.sound]?.last)
            #expect(abs(picture - sound) < 5 * 90, "\(picture - sound) ticks of 90 kHz")
        }
        for stream in ["v", "a"] {
            let times = try await Self.probe(tape, stream, "packet=dts").compactMap { Int($0[0]) }
            #expect(times.count > 500)
            #expect(zip(times.dropFirst(), times).allSatisfy { $0 > $1 }, "\(stream)")
        }
        try Self.checkClock(of: tape)
    }

    /// The clock never goes back, no picture comes after it is to be decoded, and in the end pictures come as long before
    /// that as in the beginning.
    private static func checkClock(of tape: String) throws {
        let packets = [UInt8](try Data(contentsOf: URL(fileURLWithPath: tape)))
        let checker = StreamChecker(packets)
        #expect(zip(checker.clocks.dropFirst(), checker.clocks).allSatisfy { $0.ticks > $1.ticks })
        let pictures = checker.units.filter { $0.streamID & 0xF0 == 0xE0 }
        let waits = pictures.map { $0.dts - $0.clock }
        #expect(waits.count > 500)
        #expect(waits.allSatisfy { $0 > 0 }, "\(waits.min() ?? 0) ticks of 90 kHz")
        // By the clock's own interval a single one may differ, and a busy machine's encoders come late to some switches.
        func mean(_ waits: ArraySlice<Int64>) -> Int64 { waits.reduce(0, +) / Int64(waits.count) }
        let drift = mean(waits.suffix(25)) - mean(waits.prefix(25))
        #expect(abs(drift) < 100 * 90, "\(drift) ticks of 90 kHz")
    }

    /// Pictures and sound of which each unit is another one.
    private static func makeClip(_ number: Int, in directory: TemporaryDirectory) async throws -> String {
        let path = directory.path("clip-\(number).ts")
        let result = try await ChildProcess.run(
            "ffmpeg",
            [
                "-nostdin", "-loglevel", "error", "-y",
                "-f", "lavfi", "-i", "testsrc2=size=\(256 + 64 * number)x192:rate=25",
                "-f", "lavfi", "-i", "anoisesrc=sample_rate=48000:seed=\(number)",
                "-t", "110", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25",
                "-pix_fmt", "yuv420p", "-b:v", "400k", "-c:a", "aac", "-b:a", "96k",
                "-output_ts_offset", "\(number * 1_000)", "-f", "mpegts", path,
            ],
            within: .seconds(120)
        )
        guard result.status == .code(0) else { throw DeadlineExceeded(description: "ffmpeg: \(result.errorOutput)") }
        return path
    }

    private static func units(of path: String) async throws -> [Unit] {
        let result = try await ChildProcess.run(
            "ffprobe",
            [
                "-loglevel", "quiet", "-show_data_hash", "md5", "-show_entries", "packet=codec_type,pts,data_hash",
                "-of", "csv=p=0", path,
            ]
        )
        // Side data breaks the line of a packet.
        return result.output.replacing("\n,", with: ",").split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ",").map(String.init)
            guard fields.count >= 3, let kind = Kind(rawValue: String(fields[0].prefix(1))), let time = Int(fields[1])
            else { return nil }
            return Unit(kind: kind, time: time, hash: fields[2])
        }
    }

    private static func probe(_ path: String, _ stream: String, _ entries: String) async throws -> [[String]] {
        let result = try await ChildProcess.run(
            "ffprobe",
            ["-loglevel", "quiet", "-select_streams", stream, "-show_entries", entries, "-of", "csv=p=0", path]
        )
        return result.output.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    }

    /// Cuts the tape where its pictures change from one encoder's to the other's.
    private static func stretches(_ units: [Unit], _ sources: [[String: [Unit]]]) -> [Stretch] {
        var stretches: [Stretch] = []
        for unit in units {
            let origin = sources.indices.compactMap { encoder in
                sources[encoder][unit.hash]?.only.map { (encoder, unit.time - $0.time) }
            }.only
            // Cut short at a seam, or what both have.
            guard let (encoder, shift) = origin else { continue }
            if unit.kind == .picture, stretches.last?.encoder != encoder {
                stretches.append(Stretch(encoder: encoder))
            }
            guard let last = stretches.indices.last, stretches[last].encoder == encoder else { continue }
            stretches[last].shifts[unit.kind, default: []].append(shift)
        }
        return stretches
    }
}

extension Collection {
    /// The element, when there is one alone.
    fileprivate var only: Element? { count == 1 ? first : nil }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
