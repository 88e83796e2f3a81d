import Testing

@testable import MPEGTS

@Suite("Pacing a file")
struct TSPacerTests {
    private func groups(_ packets: [[UInt8]], bitrate: Int64 = TSPacer.defaultBitrate, piece: Int = 50) -> [TSPacer
        .Group]
    {
        var pacer = TSPacer(bitrate: bitrate)
        var groups: [TSPacer.Group] = []
        for start in stride(from: 0, to: packets.count, by: piece) {
            let bytes = Array(packets[start..<min(start + piece, packets.count)].joined())
            bytes.withUnsafeBytes { pacer.scan($0) }
            while let group = pacer.takeGroup() { groups.append(group) }
        }
        pacer.flush()
        while let group = pacer.takeGroup() { groups.append(group) }
        return groups
    }

    /// 700 packets a second: a PCR in each tenth packet.
    private func clip(_ count: Int, from start: UInt64 = 0, clockPID: UInt16 = 0x100) -> [[UInt8]] {
        (0..<count).map { index in
            guard index % 10 == 0 else { return TestPackets.null }
            let clock = (start + UInt64(index) * 27_000_000 / 700) % ClockReference.period
            return TestPackets.packet(pid: clockPID, counter: index / 10, clock: clock)
        }
    }

    @Test("spreads packets evenly between PCRs, null packets included", arguments: [1, 7, 50, 1000])
    func even(piece: Int) {
        let groups = groups(clip(701), piece: piece)
        #expect(groups.map(\.packetCount).reduce(0, +) == 701)
        #expect(groups.dropLast().allSatisfy { $0.packetCount == 7 })
        for (index, group) in groups.enumerated() {
            #expect(abs(group.dueNanoseconds - Int64(index) * 10_000_000) < 1000)
        }
    }

    @Test("goes on across the wrap of the clock")
    func wrap() {
        let groups = groups(clip(1400, from: ClockReference.period - 27_000_000))
        #expect(abs((groups.last?.dueNanoseconds ?? 0) - 1_990_000_000) < 10_000)
    }

    @Test("keeps the rate where the clock jumps", arguments: [270_000_000, ClockReference.period / 2] as [UInt64])
    func jump(by distance: UInt64) {
        let groups = groups(clip(700) + clip(700, from: distance))
        #expect(abs((groups.last?.dueNanoseconds ?? 0) - 1_990_000_000) < 20_000_000)
        for (earlier, later) in zip(groups, groups.dropFirst()) {
            #expect(later.dueNanoseconds - earlier.dueNanoseconds < 20_000_000)
        }
    }

    @Test("falls back to a constant rate without a clock")
    func withoutClock() {
        let groups = groups(Array(repeating: TestPackets.null, count: 14_000), bitrate: 188 * 8 * 7 * 100)
        #expect(groups.count == 2000)
        #expect(abs((groups.last?.dueNanoseconds ?? 0) - 19_990_000_000) < 1_000_000)
    }

    @Test("follows the clock that the PMT names")
    func announcedClock() {
        var packets = TestPackets.tables
        for (index, packet) in clip(1400).enumerated() {
            packets.append(packet)
            if index % 10 == 5 {
                packets.append(TestPackets.packet(pid: 0x300, counter: 0, clock: UInt64(index) * 1000))
            }
        }
        let groups = groups(packets)
        #expect(abs((groups.last?.dueNanoseconds ?? 0) - 1_990_000_000) < 20_000_000)
    }

    @Test("does not spin on a clock that stands still")
    func standingClock() {
        let packets = (0..<7000).map { TestPackets.packet(pid: 0x100, counter: $0, clock: 5) }
        let last = groups(packets).last?.dueNanoseconds ?? 0
        let fastest = Int64(7000 * 188 * 8) * 1_000_000_000 / TSPacer.maximumBitrate
        #expect(last > fastest)
    }

    @Test("asks for no more packets ahead than its limit")
    func lookahead() {
        var pacer = TSPacer()
        let first = TestPackets.packet(pid: 0x100, counter: 0, clock: 0)
        first.withUnsafeBytes { pacer.scan($0) }
        var scanned = 1
        while pacer.nextGroup == nil {
            TestPackets.null.withUnsafeBytes { pacer.scan($0) }
            scanned += 1
        }
        #expect(scanned == TSPacer.maximumLookahead)
    }

    @Test("paces a looped clip as one")
    func looped() {
        var timeline = LoopTimeline()
        var pacer = TSPacer()
        var groups: [TSPacer.Group] = []
        for _ in 0..<10 {
            var bytes = Array(LoopTimelineTests.clip().joined())
            bytes.withUnsafeMutableBytes { timeline.rewrite($0) }
            bytes.withUnsafeBytes { pacer.scan($0) }
            timeline.endRound()
            while let group = pacer.takeGroup() { groups.append(group) }
        }
        // 4 s in all; the last frame's interval ends with the next PCR, which is not there.
        #expect(abs((groups.last?.dueNanoseconds ?? 0) - 3_960_000_000) < 40_000_000)
        for (earlier, later) in zip(groups, groups.dropFirst()) {
            #expect((0...60_000_000).contains(later.dueNanoseconds - earlier.dueNanoseconds))
        }
    }
}
