import FlowModel
import Glibc
import HeadgateTestKit
import MPEGTS
import Media
import Testing

@testable import FlowRuntime

@Suite("Playing a file")
struct FilePlayerTests {
    /// Plays with a clock of its own, in steps of 2 ms.
    private func play(
        _ configuration: FilePlayerConfiguration,
        seconds: Double
    ) throws -> (sink: CollectingSink, end: FilePlayer.Outcome?) {
        let sink = CollectingSink()
        let player = try FilePlayer(configuration, sink: sink)
        return withUnsafeTemporaryAllocation(byteCount: FilePlayer.readByteCount, alignment: 16) { scratch in
            var now: Int64 = 1_000_000_000
            let end = now + Int64(seconds * 1e9)
            while now < end {
                let outcome = player.play(at: MonotonicTime(nanoseconds: now), scratch: scratch)
                guard case .due(let due) = outcome else { return (sink, outcome) }
                now = max(now + 2_000_000, due.nanoseconds)
            }
            return (sink, nil)
        }
    }

    @Test("plays the built-in clips for ever, with one continuous timeline", arguments: BuiltinClips.names)
    func loops(name: String) throws {
        let clip = try #require(BuiltinClips.bytes(named: name))
        let (sink, end) = try play(.init(source: .builtin(name), loop: true), seconds: 30)
        #expect(end == nil)
        let state = sink.snapshot
        #expect(state.connections == ["builtin:\(name)"])
        #expect(state.disconnections.isEmpty)
        #expect(state.bytes.count > clip.count * 3)
        let isSameAtFirst = state.bytes.prefix(clip.count).elementsEqual(clip)
        #expect(isSameAtFirst)

        var inspector = TSInspector()
        state.bytes.withUnsafeBytes { inspector.inspect($0, at: .zero) }
        let snapshot = inspector.snapshot()
        #expect(snapshot.streams.map(\.codec.name) == ["H.264", "AAC"])
        #expect(snapshot.continuityErrors == 0 && snapshot.duplicatePackets == 0)
        #expect(snapshot.pcrDiscontinuities == 0 && snapshot.syncLosses == 0 && snapshot.crcErrors == 0)
        // 40 ms within the clip, a little more across the seam; the standard allows 100 ms.
        #expect(snapshot.maximumPCRInterval <= .milliseconds(60))
        // The rate is the clip's: what was sent in 30 s at it.
        let bitrate = Double(snapshot.muxBitrate ?? 0)
        #expect(abs(Double(state.bytes.count * 8) / 30 - bitrate) < bitrate * 0.02)
    }

    @Test("sends at the clip's pace in payloads of seven packets")
    func pace() throws {
        let (sink, _) = try play(.init(source: .builtin("demo"), loop: true), seconds: 6)
        let state = sink.snapshot
        #expect(state.largestPayload == 7 * 188)
        var sent = 0
        for batch in state.arrivals {
            let seconds = Double(batch.time.nanoseconds - 1_000_000_000) / 1e9
            // Never more than 100 ms ahead of or behind 300 kbit/s.
            #expect(abs(Double(sent * 8) / 300_000 - seconds) < 0.1)
            sent += batch.byteCount
        }
    }

    @Test("ends at the end of the file when it is not looped, whole and unchanged")
    func once() throws {
        let clip = try #require(BuiltinClips.bytes(named: "slate"))
        let (sink, end) = try play(.init(source: .bytes(clip, name: "clip"), loop: false), seconds: 10)
        #expect(end == .ended(reason: "end of file", isFailure: false))
        #expect(sink.snapshot.disconnections == ["end of file"])
        let isSame = sink.snapshot.bytes == clip
        #expect(isSame)
    }

    @Test("goes on from now after a pause, without a flood")
    func afterPause() throws {
        let sink = CollectingSink()
        let player = try FilePlayer(.init(source: .builtin("demo"), loop: true), sink: sink)
        withUnsafeTemporaryAllocation(byteCount: FilePlayer.readByteCount, alignment: 16) { scratch in
            _ = player.play(at: .zero, scratch: scratch)
            let before = sink.byteCount
            _ = player.play(at: MonotonicTime(nanoseconds: 60_000_000_000), scratch: scratch)
            #expect(sink.byteCount - before < 10 * 1316)
        }
    }

    @Test("survives a file that is cut short and emptied while it plays")
    func truncated() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("a.ts")
        let clip = try #require(BuiltinClips.bytes(named: "demo"))
        let file = open(path, O_RDWR | O_CREAT, 0o600)
        defer { close(file) }
        #expect(write(file, clip, clip.count) == clip.count)
        let sink = CollectingSink()
        let player = try FilePlayer(.init(source: .path(path), loop: true), sink: sink)
        withUnsafeTemporaryAllocation(byteCount: FilePlayer.readByteCount, alignment: 16) { scratch in
            var now: Int64 = 0
            func step(_ seconds: Int64) -> FilePlayer.Outcome {
                let end = now + seconds * 1_000_000_000
                while true {
                    let outcome = player.play(at: MonotonicTime(nanoseconds: now), scratch: scratch)
                    now += 5_000_000
                    if now >= end { return outcome }
                    if case .ended = outcome { return outcome }
                }
            }
            _ = step(1)
            #expect(ftruncate(file, 100_000) == 0)
            guard case .due = step(10) else {
                Issue.record("playing ended")
                return
            }
            #expect(ftruncate(file, 0) == 0)
            let end = step(20)
            guard case .ended(let reason, isFailure: true) = end else {
                Issue.record("playing goes on without a file")
                return
            }
            #expect(reason.contains("not an MPEG transport stream"))
            #expect(sink.snapshot.disconnections == [reason])
        }
    }

    @Test("says why a file cannot be played")
    func errors() throws {
        let directory = try TemporaryDirectory()
        let text = try directory.write(String(repeating: "not a stream\n", count: 1000), to: "text.ts")
        let empty = try directory.write("", to: "empty.ts")
        let folder = try directory.makeDirectory("folder.ts")
        let fifo = directory.path("fifo.ts")
        #expect(mkfifo(fifo, 0o600) == 0)
        let missing = directory.path("missing.ts")
        let cases: [(FilePlayerConfiguration.Source, FilePlayerError)] = [
            (.path(missing), .notFound(missing)),
            (.path(text), .notTransportStream(text)),
            (.path(empty), .notTransportStream(empty)),
            (.path(folder), .notRegularFile(folder)),
            (.path(fifo), .notRegularFile(fifo)),
            (.builtin("nothing"), .unknownClip("nothing")),
        ]
        for (source, error) in cases {
            #expect(throws: error) { try FilePlayer(.init(source: source, loop: true), sink: CollectingSink()) }
        }
        #expect(FilePlayerError("a", errno: EACCES) == .permissionDenied("a"))
        #expect(FilePlayerError.unknownClip("x").message.contains("builtin:demo"))
    }
}

@Suite("The pacing thread")
struct FilePacingThreadTests {
    @Test("plays many files and stops each, after which its sink hears nothing")
    func many() async throws {
        let thread = FilePacingThread()
        thread.start()
        defer { thread.stop() }
        let sinks = (0..<20).map { _ in CollectingSink() }
        let playing = try sinks.map { try thread.add(.init(source: .builtin("demo"), loop: true), sink: $0) }
        try await eventually("every file plays") { sinks.allSatisfy { $0.byteCount > 5 * 1316 } }
        playing[0].stop()
        let stopped = sinks[0].byteCount
        let others = sinks[1].byteCount
        try await eventually("the others go on") { sinks[1].byteCount > others + 3 * 1316 }
        #expect(sinks[0].byteCount == stopped)
        #expect(playing.allSatisfy { $0.state == .playing })
    }

    @Test("tells when a file ended")
    func ends() async throws {
        let thread = FilePacingThread()
        thread.start()
        defer { thread.stop() }
        let sink = CollectingSink()
        let bytes = Array(repeating: [0x47, 0x1F, 0xFF, 0x10] + [UInt8](repeating: 0xFF, count: 184), count: 20)
        let playback = try thread.add(.init(source: .bytes(Array(bytes.joined()), name: "x"), loop: false), sink: sink)
        try await eventually("the end") { playback.state == .ended }
        #expect(sink.snapshot.disconnections == [FilePlayer.endOfFile])
        #expect(sink.byteCount == 20 * 188)
        playback.stop()
    }

    @Test("takes no file before it was started and after it was stopped")
    func notRunning() {
        let thread = FilePacingThread()
        let configuration = FilePlayerConfiguration(source: .builtin("slate"), loop: true)
        #expect(throws: FilePlayerError.notRunning) { try thread.add(configuration, sink: CollectingSink()) }
        thread.start()
        thread.stop()
        #expect(throws: FilePlayerError.notRunning) { try thread.add(configuration, sink: CollectingSink()) }
    }

    @Test("calls by due time")
    func dueQueue() {
        var queue = DueQueue<Int>()
        for value in [5, 3, 9, 1, 7, 3] { queue.insert(value, due: MonotonicTime(nanoseconds: Int64(value))) }
        queue.removeAll { $0 == 7 }
        var popped: [Int] = []
        while let value = queue.popDue(by: MonotonicTime(nanoseconds: 5)) { popped.append(value) }
        #expect(popped == [1, 3, 3, 5])
        #expect(queue.nextDue == MonotonicTime(nanoseconds: 9))
    }
}
