import Testing

@testable import MPEGTS

@Suite("The timeline of a looped file")
struct LoopTimelineTests {
    /// Ten frames at 25 a second, each with its PCR; between them null packets.
    static func clip(start: UInt64 = 90_000, frames: Int = 10, order: (Int) -> Int = { $0 }) -> [[UInt8]] {
        var packets = TestPackets.tables
        for frame in 0..<frames {
            let decoding = start + UInt64(frame) * 3600
            let presentation = start + UInt64(order(frame) + 2) * 3600
            packets.append(
                TestPackets.packet(
                    pid: 0x100,
                    counter: frame,
                    starts: true,
                    clock: (decoding - 9000) * 300,
                    payload: TestPackets.pes(pts: presentation, dts: decoding)
                )
            )
            packets += Array(repeating: TestPackets.null, count: 9)
        }
        return packets
    }

    private struct Times {
        var clocks: [ClockReference] = []
        var decoding: [PESTimestamp] = []
        var presentation: [PESTimestamp] = []
    }

    private func times(_ bytes: [UInt8]) -> Times {
        var times = Times()
        bytes.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: 188) {
                guard let packet = TSPacket(UnsafeRawBufferPointer(rebasing: bytes[start...])) else { continue }
                if let clock = packet.clockReference { times.clocks.append(clock) }
                guard let header = PESHeader(packet) else { continue }
                let base = packet.bytes.baseAddress!
                times.presentation.append(PESTimestamp(reading: base + header.presentationOffset))
                if let offset = header.decodingOffset { times.decoding.append(PESTimestamp(reading: base + offset)) }
            }
        }
        return times
    }

    private func play(_ clip: [[UInt8]], rounds: Int) -> [UInt8] {
        var timeline = LoopTimeline()
        var played: [UInt8] = []
        for _ in 0..<rounds {
            var bytes = Array(clip.joined())
            bytes.withUnsafeMutableBytes { timeline.rewrite($0) }
            played += bytes
            timeline.endRound()
        }
        return played
    }

    @Test("leaves the first round as it is")
    func firstRound() {
        let clip = Self.clip()
        #expect(play(clip, rounds: 1) == Array(clip.joined()))
    }

    @Test("goes on where a round ended, one frame after the last", arguments: [90_000, (1 << 33) - 20_000] as [UInt64])
    func continuous(start: UInt64) {
        let times = times(play(Self.clip(start: start), rounds: 5))
        #expect(times.decoding.count == 50)
        for (earlier, later) in zip(times.decoding, times.decoding.dropFirst()) {
            #expect(later.ticks(since: earlier) == 3600)
        }
        for (earlier, later) in zip(times.clocks, times.clocks.dropFirst()) {
            #expect(later.ticks(since: earlier) == 3600 * 300)
        }
        for (decoding, presentation) in zip(times.decoding, times.presentation) {
            #expect(presentation.ticks(since: decoding) == 7200)
        }
    }

    @Test("keeps the continuity counters going, so that an inspector finds nothing")
    func continuity() {
        var inspector = TSInspector()
        inspector.inspect(play(Self.clip(), rounds: 7))
        let snapshot = inspector.snapshot()
        #expect(snapshot.continuityErrors == 0)
        #expect(snapshot.duplicatePackets == 0)
        #expect(snapshot.pcrDiscontinuities == 0)
        #expect(snapshot.crcErrors == 0)
    }

    @Test("takes the clock's duration where there are no frames")
    func withoutFrames() {
        let clip = (0..<10).map { TestPackets.packet(pid: 0x100, counter: $0, clock: UInt64($0) * 2_700_000) }
        let times = times(play(clip, rounds: 3))
        for (earlier, later) in zip(times.clocks, times.clocks.dropFirst()) {
            #expect(later.ticks(since: earlier) == 2_700_000)
        }
    }

    @Test("does not let the clock go back when the frames are shorter than the clock")
    func shortFrames() {
        var clip = Self.clip(frames: 10)
        for index in 0..<30 {
            clip.append(
                TestPackets.packet(pid: 0x100, counter: 9 + index + 1, clock: (117_000 + UInt64(index) * 3600) * 300)
            )
        }
        let times = times(play(clip, rounds: 3))
        for (earlier, later) in zip(times.clocks, times.clocks.dropFirst()) {
            #expect(later.ticks(since: earlier) >= 0)
        }
    }

    @Test("measures each round anew, so that a file that changed stays continuous")
    func changed() {
        var timeline = LoopTimeline()
        for frames in [10, 20] {
            var bytes = Array(Self.clip(frames: frames).joined())
            bytes.withUnsafeMutableBytes { timeline.rewrite($0) }
            timeline.endRound()
        }
        #expect(timeline.offset == 30 * 3600)
    }

    @Test("rewrites the OPCR with the PCR")
    func originalClock() {
        var packet = TestPackets.packet(pid: 0x100, counter: 0, hasPayload: false, clock: 300)
        packet[5] |= 0x08
        packet.replaceSubrange(12..<18, with: packet[6..<12])
        var timeline = LoopTimeline()
        var clip = Array(Self.clip().joined())
        clip.withUnsafeMutableBytes { timeline.rewrite($0) }
        timeline.endRound()
        packet.withUnsafeMutableBytes { bytes in
            timeline.rewrite(bytes)
            #expect(ClockReference(reading: bytes.baseAddress! + 6).ticks == 300 + 36_000 * 300)
            #expect(ClockReference(reading: bytes.baseAddress! + 12).ticks == 300 + 36_000 * 300)
        }
    }
}
