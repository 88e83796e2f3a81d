import HeadgateTestKit
import Media
import Testing

@testable import MPEGTS

@Suite("Hostile streams, demuxed")
struct HostileDemuxTests {
    private static let types: [UInt8] = [0x1B, 0x24, 0x0F, 0x11, 0x03, 0x81, 0x06]

    /// Runs of bytes that the parsers look for, so that random bytes get far.
    private static let baits: [[UInt8]] = [
        [0, 0, 1], [0, 0, 1, 0x67], [0, 0, 1, 0x65], [0, 0, 1, 0x41], [0, 0, 1, 0x06, 0x06], [0, 0, 1, 0x42, 1],
        [0xFF, 0xF1, 0x4C, 0x80, 0x01], [0x56, 0xE0, 0x20], [0xFF, 0xFB, 0x90, 0], [0x0B, 0x77, 0, 0, 0, 0x40],
        [0x0B, 0x77, 0, 40, 0x30, 0x80], [0x7F, 0xE0, 9, 0xF8], [0x7F, 0xFC, 2, 0xF8],
    ]

    private func garbage(_ generator: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            bytes += Self.baits.randomElement(using: &generator) ?? []
            bytes += generator.bytes(Int.random(in: 0...60, using: &generator))
        }
        return bytes
    }

    @Test(
        "with right packets and random insides never trap, and times never go back",
        arguments: 1...10 as ClosedRange<UInt64>
    )
    func insides(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pids: [UInt16] = Self.types.indices.map { 0x100 + UInt16($0) }
        let opus: [UInt8] = [0x05, 4] + Array("Opus".utf8)
        var stream = DemuxFixture(zip(Self.types, pids).map { ($0, $1, $0 == 0x06 ? opus : []) })
        for _ in 0..<600 {
            let pid = pids.randomElement(using: &generator) ?? 0x100
            let isSmall = Bool.random(using: &generator)
            var payload = garbage(&generator)
            if pid == 0x100, isSmall { payload = TestPictures.keyframe + payload }
            let time = isSmall ? generator.next() % 900_000 : generator.next()
            let isBare = generator.next() % 4 == 0
            stream.add(
                payload,
                pid: pid,
                pts: isBare ? nil : time % (1 << 33),
                dts: isSmall ? (time &+ 77) % (1 << 33) : nil,
                isBounded: Bool.random(using: &generator)
            )
            if generator.next() % 9 == 0 { stream.losePacket(pid: pid) }
            if generator.next() % 9 == 0 { stream.addPacket([], flags: 0x80, clock: time % (1 << 33)) }
        }
        check(stream.events(), hasSamples: true)
    }

    @Test("that are mutations of a right one never trap", arguments: 1...10 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var stream = DemuxFixture([(0x1B, 0x100, []), (0x0F, 0x101, [])])
        for index in 0..<40 as Range<UInt64> {
            stream.add(TestPictures.keyframe, pts: 90_000 + 3600 * index, isBounded: index % 2 == 0)
            stream.add(
                [0xFF, 0xF1, 0x4C, 0x80, 0x01, 0x7F, 0xFC, 1, 2, 3, 4],
                pid: 0x101,
                pts: 90_000 + 3600 * index,
                isBounded: true
            )
        }
        for _ in 0..<40 {
            var bytes = stream.bytes
            for _ in 0..<Int.random(in: 1...60, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch generator.next() % 3 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes[index] ^= 1 << UInt8(generator.next() % 8)
                default: bytes.remove(at: index)
                }
            }
            var demuxer = TSDemuxer()
            var events = DemuxedEvents()
            bytes.withUnsafeBytes { demuxer.consume($0) { events.all.append($0) } }
            demuxer.finish { events.all.append($0) }
            check(events, hasSamples: false)
        }
    }

    @Test("of random bytes never trap", arguments: 1...10 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var demuxer = TSDemuxer()
        var events = DemuxedEvents()
        for _ in 0..<100 {
            var bytes = generator.bytes(Int.random(in: 0...2000, using: &generator))
            for start in stride(from: 0, to: bytes.count, by: 188) { bytes[start] = 0x47 }
            bytes.withUnsafeBytes { demuxer.consume($0) { events.all.append($0) } }
        }
        #expect(events.samples.isEmpty)
    }

    private func check(_ events: DemuxedEvents, hasSamples: Bool) {
        if hasSamples { #expect(!events.samples.isEmpty) }
        var last: [MediaTrack.ID: Int64] = [:]
        var isForward = true
        var known: Set<MediaTrack.ID> = []
        for event in events.all {
            switch event {
            case .track(let track): known.insert(track.id)
            case .sample(let sample):
                let time = sample.decodeTime.ticks
                isForward = isForward && time >= last[sample.track] ?? 0 && known.contains(sample.track)
                last[sample.track] = time
            default: break
            }
        }
        #expect(isForward)
    }
}
