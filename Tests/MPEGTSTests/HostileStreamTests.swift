import HeadgateTestKit
import Media
import Testing

@testable import MPEGTS

@Suite("Hostile streams")
struct HostileStreamTests {
    /// Packets that start right and go on at random, so that what reads them gets far.
    private func packets(_ generator: inout SeededGenerator, count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in 0..<count {
            var packet = generator.bytes(188)
            packet[0] = 0x47
            switch index % 4 {
            case 0: packet[1...2] = [packet[1] & 0x40, 0]
            case 1: packet[1...2] = [0x50, 0]
            case 2: packet[1...2] = [0x41, 0]
            default: packet[1] &= 0x7F
            }
            if index % 8 < 4, packet[3] & 0x20 == 0 {
                packet[4] = 0
                let kinds: [[UInt8]] = [[0x00, 0xB0], [0x02, 0xB0], [0, 0, 1, 0xE0], [0x02, 0xBF]]
                let kind = kinds[index / 4 % 4]
                packet.replaceSubrange(5..<5 + kind.count, with: kind)
            }
            bytes += packet
        }
        return bytes
    }

    @Test("end in counters, not in a trap", arguments: 1...12 as ClosedRange<UInt64>)
    func inspector(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var inspector = TSInspector()
        for round in 0..<25 {
            var bytes =
                round % 3 == 0
                ? generator.bytes(Int.random(in: 0...3000, using: &generator)) : packets(&generator, count: 40)
            if round % 5 == 0 { bytes.removeLast(min(bytes.count, Int.random(in: 0...200, using: &generator))) }
            inspector.inspect(bytes)
        }
        let snapshot = inspector.snapshot()
        #expect(snapshot.packets > 0)
        #expect(snapshot.programs.count <= ProgramTables.maximumPrograms)
    }

    @Test("with tables whose CRC is right but whose insides are random", arguments: 1...12 as ClosedRange<UInt64>)
    func tables(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var inspector = TSInspector()
        inspector.inspect(TestPackets.packets(of: TestPackets.pat([(1, 0x1000)]), pid: 0))
        for index in 0..<100 {
            let body = generator.bytes(Int.random(in: 0...1012, using: &generator))
            let isMap = index % 4 != 0
            let section = TestPackets.section(
                tableID: isMap ? 2 : 0,
                extension: 1,
                version: isMap ? UInt8(index % 32) : 0,
                section: isMap ? 0 : UInt8(truncatingIfNeeded: index),
                body: body
            )
            inspector.inspect(TestPackets.packets(of: section, pid: isMap ? 0x1000 : 0))
        }
        #expect(inspector.snapshot().crcErrors == 0)
        #expect(inspector.snapshot().streams.count <= ProgramTables.maximumStreams)
    }

    @Test("are rewritten and paced without a trap, and time never goes back", arguments: 1...12 as ClosedRange<UInt64>)
    func timeline(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var timeline = LoopTimeline()
        var pacer = TSPacer()
        var last: Int64 = 0
        var isForward = true
        for round in 0..<30 {
            var bytes = packets(&generator, count: 60)
            bytes.withUnsafeMutableBytes { timeline.rewrite($0) }
            bytes.withUnsafeBytes { pacer.scan($0) }
            if round % 3 == 0 { timeline.endRound() }
            if round % 7 == 0 { pacer.flush() }
            while let group = pacer.takeGroup() {
                isForward = isForward && group.dueNanoseconds >= last
                last = group.dueNanoseconds
            }
        }
        #expect(isForward)
        #expect(timeline.completedRounds == 10)
    }
}
