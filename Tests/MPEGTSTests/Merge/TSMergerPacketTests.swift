import MPEGTS
import Media
import Testing

@Suite("Merging two legs of one transport stream")
struct TSMergerPacketTests {
    private static let stream = MergeEncoder.packets(.programme, count: 700, seed: 3)
    /// One PID; packet *n* has counter *n*.
    private static let video = (0..<200).map { TestPackets.packet(pid: 0x100, counter: $0, payload: [UInt8($0), 1]) }

    @Test("passes on each packet once, of the leg that is ahead, in runs as they came")
    func once() {
        var test = TestMerger()
        for start in stride(from: 0, to: 700, by: 7) {
            test.receive(Self.stream[start..<start + 7], on: .first, milliseconds: Double(start))
            test.receive(Self.stream[start..<start + 7], on: .second, milliseconds: Double(start) + 3)
        }
        #expect(test.delivered == Self.stream)
        #expect(test.runs == Array(repeating: 7, count: 100))
        #expect(test.first.used == 700)
        #expect(test.second.duplicates == 700)
        #expect(test.merger.deadline == nil)
        // What waited until the legs were known.
        #expect(test.merger.reservedBytes <= 2 * 64 * 188)
        #expect(test.merger.isMatched(.first) && test.merger.isMatched(.second))
    }

    @Test("passes on the payload's own memory when it is next")
    func withoutCopy() {
        var merger = TSMerger()
        for start in [0, 7] {
            Array(Self.video[start..<start + 7].joined()).withUnsafeBytes { payload in
                merger.receive(payload, on: .second, at: .zero) {
                    #expect(start == 0 || $0.baseAddress == payload.baseAddress)
                    #expect($0.count == payload.count)
                }
            }
        }
    }

    @Test("messages cut elsewhere are taken as one stream", arguments: [100, 188, 1000, 5000])
    func boundaries(length: Int) {
        var test = TestMerger()
        var rest = Array(Self.stream.joined())[...]
        var time = 0.0
        var sent = 0
        while !rest.isEmpty {
            test.receive(bytes: Array(rest.prefix(length)), on: .first, milliseconds: time)
            rest = rest.dropFirst(length)
            time += Double(length) / 188
            while sent < 100, Double(sent * 7) < time {
                test.receive(Self.stream[sent * 7..<sent * 7 + 7], on: .second, milliseconds: time)
                sent += 1
            }
        }
        #expect(test.delivered == Self.stream)
    }

    @Test("fills what the leg that is ahead lost, when the caller tells of the loss", arguments: [false, true])
    func fills(tells: Bool) {
        var test = TestMerger()
        test.receive(Self.video[0..<14], on: .first, milliseconds: 0)
        test.receive(Self.video[0..<7], on: .second, milliseconds: 5)
        test.receive(Self.video[21..<28], on: .first, afterLoss: tells, milliseconds: 10)
        #expect(test.delivered == Array(Self.video[0..<14]))
        #expect(test.merger.heldPackets == 7)
        #expect(test.merger.deadline == TestMerger.time(205))
        test.receive(Self.video[7..<14], on: .second, milliseconds: 50)
        #expect(test.merger.deadline == TestMerger.time(210))
        #expect(test.delivered == Array(Self.video[0..<14]))
        test.receive(Self.video[14..<21], on: .second, milliseconds: 60)
        #expect(test.delivered == Array(Self.video[0..<21]))
        test.receive(Self.video[21..<28], on: .second, milliseconds: 60)
        #expect(test.delivered == Array(Self.video[0..<28]))
        #expect(test.counters.lost == 0)
        #expect(test.second.used == 8)
        #expect(test.merger.deadline == nil)
        test.tick(milliseconds: 1000)
        #expect(test.first.missing == 7)
        #expect(test.second.missing == 0)
    }

    @Test("gives up what neither leg brings when the skew window is over")
    func lostOnBoth() {
        var test = TestMerger()
        for leg in MergeLeg.allCases { test.receive(Self.video[0..<7], on: leg) }
        test.receive(Self.video[14..<21], on: .first, afterLoss: true, milliseconds: 10)
        for time in [100, 190.0] { test.receive([TestPackets.null], on: .second, milliseconds: time) }
        test.tick(milliseconds: 209)
        #expect(test.delivered.filter { $0 != TestPackets.null } == Array(Self.video[0..<7]))
        test.tick(milliseconds: 210)
        #expect(test.delivered.filter { $0 != TestPackets.null } == Array(Self.video[0..<7] + Self.video[14..<21]))
        #expect(test.counters.lost == 7)
        #expect(test.merger.deadline == nil)
    }

    @Test("what comes when it was given up is late")
    func late() {
        var test = TestMerger()
        for leg in MergeLeg.allCases { test.receive(Self.video[0..<7], on: leg) }
        test.receive(Self.video[14..<21], on: .first, milliseconds: 10)
        test.tick(milliseconds: 210)
        #expect(test.delivered == Array(Self.video[0..<7] + Self.video[14..<21]))
        test.receive(Self.video[7..<21], on: .second, milliseconds: 212)
        #expect(test.delivered == Array(Self.video[0..<7] + Self.video[14..<21]))
        #expect(test.second.late == 14)
        #expect(test.merger.heldPackets == 0)
    }

    @Test("when both legs lost the same, nothing is waited for longer than the other leg takes")
    func lostTheSame() {
        var test = TestMerger()
        for leg in MergeLeg.allCases { test.receive(Self.video[0..<7], on: leg) }
        test.receive(Self.video[14..<21], on: .first, milliseconds: 10)
        test.receive(Self.video[14..<21], on: .second, milliseconds: 40)
        #expect(test.delivered == Array(Self.video[0..<7] + Self.video[14..<21]))
        #expect(test.counters.lost == 7)
    }

    @Test("does not wait for a leg that is silent, or that carries another stream")
    func nothingToWaitFor() {
        var test = TestMerger()
        for leg in MergeLeg.allCases { test.receive(Self.video[0..<7], on: leg) }
        test.receive(Self.video[14..<21], on: .first, milliseconds: 200)
        #expect(test.delivered.count == 14)
        #expect(test.merger.deadline == nil)
        #expect(test.counters.lost == 7)
        test.receive(Self.video[21..<28], on: .first, afterLoss: true, milliseconds: 210)
        #expect(test.delivered.count == 21)
        #expect(test.counters.lost == 8)
    }

    static let noLosses: [[UInt8]] = [
        TestPackets.packet(pid: 0x100, counter: 9, isDiscontinuous: true, payload: [1]),
        TestPackets.packet(pid: 0x100, counter: 16, payload: [16, 1]),
        TestPackets.packet(pid: 0x100, counter: 12, hasPayload: false),
        TestPackets.packet(pid: 0x100, counter: 12, isDamaged: true),
        TestPackets.packet(pid: 0x1FFF, counter: 12),
        TestPackets.packet(pid: 0x101, counter: 12, payload: [1]),
    ]

    @Test("a packet of which the counter tells of no loss is passed on at once", arguments: noLosses)
    func noLoss(packet: [UInt8]) {
        var test = TestMerger()
        for leg in MergeLeg.allCases { test.receive(Self.video[10...16], on: leg) }
        test.receive([packet], on: .first, milliseconds: 1)
        #expect(test.delivered == Array(Self.video[10...16]) + [packet])
        #expect(test.counters.lost == 0)
    }

    static let losses: [[UInt8]] = [
        TestPackets.packet(pid: 0x100, counter: 2, payload: [1]),
        TestPackets.packet(pid: 0x100, counter: 15, payload: [1]),
        // The counter of the last one, with other bytes.
        TestPackets.packet(pid: 0x100, counter: 0, payload: [7]),
    ]

    @Test("one of which the counter tells of a loss waits", arguments: losses)
    func loss(packet: [UInt8]) {
        var test = TestMerger()
        for leg in MergeLeg.allCases { test.receive(Self.video[10...16], on: leg) }
        test.receive([packet], on: .first, milliseconds: 1)
        #expect(test.delivered == Array(Self.video[10...16]))
        #expect(test.merger.heldPackets == 1)
    }

    @Test("keeps the skew window within its limits", arguments: [(Duration.zero, 100.0), (.seconds(9), 2000)])
    func windowLimits(window: Duration, milliseconds: Double) {
        var test = TestMerger(skewWindow: window)
        for leg in MergeLeg.allCases { test.receive(Self.video[0..<7], on: leg) }
        test.receive(Self.video[14..<21], on: .first)
        #expect(test.merger.deadline == TestMerger.time(milliseconds))
    }

    @Test("measures how far the legs are apart", arguments: [(MergeLeg.first, 30.0), (.second, -30)])
    func skew(ahead: MergeLeg, milliseconds: Double) throws {
        var test = TestMerger()
        for start in stride(from: 0, to: 693, by: 7) {
            test.receive(Self.stream[start..<start + 7], on: ahead, milliseconds: Double(start))
            guard start >= 28 else { continue }
            test.receive(Self.stream[start - 28..<start - 21], on: ahead.other, milliseconds: Double(start) + 2)
        }
        let skew = try #require(test.merger.skew(at: TestMerger.time(700)))
        #expect(abs(Double(skew.nanoseconds) / 1_000_000 - milliseconds) < 1)
        #expect(skew.maximumNanoseconds == 30_000_000)
        #expect(test.merger.skew(at: TestMerger.time(5000)) == nil)
    }

    @Test("flush passes on what waits for a gap to be filled")
    func flush() {
        var test = TestMerger()
        for leg in MergeLeg.allCases { test.receive(Self.video[0..<7], on: leg) }
        test.receive(Self.video[14..<21], on: .first, milliseconds: 10)
        test.receive(Self.video[28..<35], on: .first, milliseconds: 10)
        test.flush(milliseconds: 20)
        #expect(test.delivered == Array(Self.video[0..<7] + Self.video[14..<21] + Self.video[28..<35]))
        #expect(test.merger.deadline == nil)
    }

    @Test("a reset forgets what waits, and the stream")
    func reset() {
        var test = TestMerger()
        for leg in MergeLeg.allCases { test.receive(Self.video[0..<7], on: leg) }
        test.receive(Self.video[14..<21], on: .first, milliseconds: 10)
        test.merger.reset()
        #expect(test.merger.heldPackets == 0)
        #expect(test.merger.deadline == nil)
        // The same again, from the other leg, is another stream.
        test.receive(Self.video[0..<7], on: .second, milliseconds: 20)
        #expect(test.delivered == Array(Self.video[0..<7] + Self.video[0..<7]))
        #expect(test.counters.restarts == 0)
    }
}
