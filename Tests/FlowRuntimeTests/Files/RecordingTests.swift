import Foundation
import Glibc
import HeadgateTestKit
import MPEGTS
import Media
import Testing

@testable import FlowRuntime

/// A recording in a folder of its own, with a clock of its own.
private final class RecordingFixture {
    let directory: TemporaryDirectory
    let recording: Recording
    var now = MonotonicTime(nanoseconds: 5_000_000_000)
    var wallClock: Int64 = 1_770_091_500

    init(_ name: String = "a-%H%M%S.ts", seconds: Int = 10, keep: Duration? = nil) throws {
        directory = try TemporaryDirectory()
        let pattern = try SegmentPattern(directory.path(name))
        recording = Recording(.init(pattern: pattern, segmentDuration: .seconds(seconds), keep: keep))
    }

    func consume(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { recording.consume($0, arrival: now, now: now, wallClock: wallClock) }
        recording.tick(at: now, wallClock: wallClock)
    }

    func advance(milliseconds: Int64) {
        let before = now.nanoseconds / 1_000_000_000
        now.nanoseconds += milliseconds * 1_000_000
        wallClock += now.nanoseconds / 1_000_000_000 - before
    }

    var names: [String] {
        (FileManager.default.subpaths(atPath: directory.path) ?? []).sorted()
    }

    func joined() throws -> [UInt8] {
        try names.flatMap { try directory.read($0) }
    }
}

@Suite("Recording in segments")
struct RecordingTests {
    private let stream = SyntheticStream(identifier: 1, bitrate: 1_000_000)

    @Test("cuts by time and leaves out no byte")
    func segments() throws {
        let fixture = try RecordingFixture()
        var sent: [UInt8] = []
        for index in 0..<120 {
            let bytes = stream.bytes(from: UInt64(index) * 50, count: 50)
            fixture.consume(bytes)
            sent += bytes
            fixture.advance(milliseconds: 500)
        }
        #expect(fixture.names.last?.hasSuffix(".part") == true)
        fixture.recording.finish()
        #expect(fixture.names.allSatisfy { $0.hasSuffix(".ts") })
        #expect((6...7).contains(fixture.names.count))
        let isSame = try fixture.joined() == sent
        #expect(isSame)
        #expect(fixture.recording.statistics.segments == UInt64(fixture.names.count))
        #expect(fixture.recording.statistics.bytes == UInt64(sent.count))
        #expect(fixture.recording.statistics.failure == nil)
    }

    @Test("cuts in front of a random access point and the tables before it")
    func randomAccess() throws {
        let clip = try #require(BuiltinClips.bytes(named: "demo"))
        let fixture = try RecordingFixture(seconds: 2)
        // The clip in real time: 300,424 bytes in 8 s.
        for start in stride(from: 0, to: clip.count, by: 1316) {
            fixture.consume(Array(clip[start..<min(start + 1316, clip.count)]))
            fixture.advance(milliseconds: 35)
        }
        fixture.recording.finish()
        #expect(fixture.names.count == 4)
        for name in fixture.names.dropFirst() {
            let bytes = try fixture.directory.read(name)
            var start = 0
            let isCutRight = bytes.withUnsafeBytes { bytes in
                while let packet = TSPacket(UnsafeRawBufferPointer(rebasing: bytes[start...])) {
                    if packet.pid == 0x100 { return packet.isRandomAccessPoint && packet.startsPayloadUnit }
                    if packet.pid != 0, packet.pid != 0x11, packet.pid != 0x1000 { return false }
                    start += 188
                }
                return false
            }
            #expect(isCutRight)
        }
        let isSame = try fixture.joined() == clip
        #expect(isSame)
    }

    @Test("writes whole packets only, however the stream is cut")
    func wholePackets() throws {
        let fixture = try RecordingFixture()
        let bytes = stream.bytes(from: 0, count: 300)
        fixture.consume([1, 2, 3])
        for start in stride(from: 0, to: bytes.count - 100, by: 1472) {
            fixture.consume(Array(bytes[start..<min(start + 1472, bytes.count - 100)]))
        }
        fixture.recording.finish()
        let isSame = try fixture.joined() == Array(bytes.dropLast(188))
        #expect(isSame)
        #expect(fixture.recording.statistics.bytesDiscarded == 3 + 88)
    }

    @Test("ends the segment of a stream that fell silent")
    func silence() throws {
        let fixture = try RecordingFixture(seconds: 2)
        fixture.consume(stream.bytes(from: 0, count: 7))
        #expect(fixture.names.map { $0.hasSuffix(".part") } == [true])
        fixture.advance(milliseconds: 4100)
        fixture.recording.tick(at: fixture.now, wallClock: fixture.wallClock)
        #expect(fixture.names.map { $0.hasSuffix(".ts") } == [true])
        #expect(fixture.recording.statistics.currentPath == nil)
    }

    @Test("numbers a name that is taken, and makes folders")
    func collision() throws {
        let fixture = try RecordingFixture("%Y/%m/cam.ts", seconds: 1)
        for index in 0..<3 {
            fixture.consume(stream.bytes(from: UInt64(index) * 7, count: 7))
            fixture.advance(milliseconds: 3000)
            fixture.recording.tick(at: fixture.now, wallClock: fixture.wallClock)
        }
        let files = fixture.names.filter { $0.hasSuffix(".ts") }
        #expect(files == ["2026/02/cam-1.ts", "2026/02/cam-2.ts", "2026/02/cam.ts"])
    }

    @Test("removes what is older than it is kept, of its own files alone")
    func retention() throws {
        let fixture = try RecordingFixture("%Y/a-%H%M%S.ts", seconds: 1, keep: .seconds(3600))
        try fixture.directory.makeDirectory("2025")
        try fixture.directory.makeDirectory("2024")
        for name in ["2024/a-000000.ts", "2025/a-000000.ts", "2025/b-000000.ts", "2025/a-000001.ts.part"] {
            try fixture.directory.write("x", to: name)
        }
        #expect(symlink("/etc/hostname", fixture.directory.path("2025/a-000002.ts")) == 0)
        for name in ["2024/a-000000.ts", "2025/a-000000.ts", "2025/b-000000.ts"] {
            let old = timeval(tv_sec: Int(fixture.wallClock) - 4000, tv_usec: 0)
            #expect(utimes(fixture.directory.path(name), [old, old]) == 0)
        }
        fixture.recording.tick(at: fixture.now, wallClock: fixture.wallClock)
        #expect(fixture.names == ["2025", "2025/a-000001.ts.part", "2025/a-000002.ts", "2025/b-000000.ts"])
        #expect(fixture.recording.statistics.segmentsRemoved == 2)
    }

    @Test("removes no more than the limit at once")
    func retentionLimit() throws {
        let directory = try TemporaryDirectory()
        for index in 1...SegmentRetention.maximumRemovals + 20 { try directory.write("x", to: "a-\(index).ts") }
        let pattern = try SegmentPattern(directory.path("a-%s.ts"))
        let future = Int64(time(nil)) + 100
        #expect(SegmentRetention.sweep(pattern, oldest: future) == SegmentRetention.maximumRemovals)
        #expect(SegmentRetention.sweep(pattern, oldest: future) == 20)
    }

    @Test("completes what a crash left, cut to whole packets, and leaves what is being written")
    func leftovers() throws {
        let fixture = try RecordingFixture()
        let whole = stream.bytes(from: 0, count: 3)
        try Data(whole + [0x47, 1]).write(to: URL(fileURLWithPath: fixture.directory.path("a-010203.ts.part")))
        try Data([1, 2]).write(to: URL(fileURLWithPath: fixture.directory.path("a-010204.ts.part")))
        try fixture.directory.write("x", to: "other.ts.part")
        fixture.consume(stream.bytes(from: 0, count: 7))
        let open = try #require(fixture.names.first { $0.hasPrefix("a-04") })
        fixture.recording.recoverLeftovers()
        #expect(fixture.names.sorted() == ["a-010203.recovered.ts", open, "other.ts.part"].sorted())
        #expect(try fixture.directory.read("a-010203.recovered.ts") == whole)
    }

    @Test("reports a folder that cannot be made, and tries again")
    func failure() throws {
        let fixture = try RecordingFixture("sub/a-%H%M%S.ts")
        try fixture.directory.write("a file in the way", to: "sub")
        fixture.consume(stream.bytes(from: 0, count: 7))
        #expect(fixture.recording.statistics.failure?.contains("sub") == true)
        #expect(fixture.recording.statistics.packetsUnwritten == 7)
        try fixture.directory.remove("sub")
        fixture.advance(milliseconds: 1000)
        fixture.consume(stream.bytes(from: 7, count: 7))
        #expect(fixture.recording.statistics.packetsUnwritten == 14)
        fixture.advance(milliseconds: 5000)
        fixture.consume(stream.bytes(from: 14, count: 7))
        #expect(fixture.recording.statistics.failure == nil)
        #expect(fixture.recording.statistics.lastError != nil)
        fixture.recording.finish()
        #expect(fixture.recording.statistics.packets == 7)
    }
}

@Suite("The recording thread")
struct RecordWriterTests {
    private let stream = SyntheticStream(identifier: 2, bitrate: 1_000_000)

    @Test("writes many recordings and completes each when it is closed")
    func many() async throws {
        let directory = try TemporaryDirectory()
        let writer = RecordWriter()
        writer.start()
        let bytes = stream.bytes(from: 0, count: 3500)
        let sinks = try (0..<5).map { index in
            writer.add(
                .init(pattern: try SegmentPattern(directory.path("\(index)-%s.ts")), segmentDuration: .seconds(3_600))
            )
        }
        for sink in sinks { send(bytes, to: sink) }
        try await eventually("everything is written") { sinks.allSatisfy { $0.statistics.bytes == bytes.count } }
        sinks[0].close()
        #expect(sinks[0].statistics.segments == 1)
        #expect(sinks[1].statistics.segments == 0)
        send(bytes, to: sinks[0])
        sinks[0].close()
        writer.stop()
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        #expect(names.count == 5)
        for name in names {
            let isSame = try directory.read(name) == bytes
            #expect(isSame && name.hasSuffix(".ts"))
        }
    }

    @Test("drops whole payloads and counts them when the disk cannot keep up")
    func bounded() throws {
        let directory = try TemporaryDirectory()
        let writer = RecordWriter()
        var configuration = RecordConfiguration(pattern: try SegmentPattern(directory.path("a.ts")))
        configuration.queueLimit = 200_000
        // The thread is not started: nothing is taken from the queue.
        let sink = writer.add(configuration)
        let bytes = stream.bytes(from: 0, count: 1400)
        send(bytes, to: sink)
        let statistics = sink.statistics
        #expect(statistics.queuedBytes <= 200_000)
        let kept = 200_000 / (1316 + 12)
        #expect(statistics.payloadsDropped == UInt64(200 - kept))
        #expect(statistics.bytesDropped == UInt64((200 - kept) * 1316))
        writer.start()
        sink.close()
        let isSame = try directory.read("a.ts") == Array(bytes.prefix(kept * 1316))
        #expect(isSame)
        #expect(sink.statistics.queuedBytes == 0)
        writer.stop()
    }
}
