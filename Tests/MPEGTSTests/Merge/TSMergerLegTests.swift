import MPEGTS
import Media
import Testing

@Suite("Legs of a merged transport stream that come and go")
struct TSMergerLegTests {
    struct Outage: CustomTestStringConvertible, Sendable {
        var first = 0.0
        var second = 0.0
        var outage: Range<Double>
        var loss = 0.0
        var testDescription: String { "delays \(first) and \(second) ms, gone \(outage), \(loss * 100) % lost" }
    }

    static let outages = [
        Outage(outage: 300..<450), Outage(outage: 300..<1200), Outage(outage: 300..<450, loss: 0.05),
        Outage(second: 100, outage: 300..<450), Outage(second: 150, outage: 300..<1200),
        Outage(second: 100, outage: 300..<450, loss: 0.05), Outage(second: 150, outage: 300..<5000),
        Outage(first: 100, outage: 300..<450), Outage(first: 150, outage: 300..<1200),
        Outage(first: 100, outage: 300..<450, loss: 0.05), Outage(first: 150, outage: 300..<5000),
    ]

    @Test(
        "when a leg fails the other goes on where it was, and the leg comes back without a loss, behind or ahead",
        arguments: outages
    )
    func outage(_ outage: Outage) {
        let packets = MergeEncoder.packets(.programme, count: 6000, seed: 8)
        let outcome = MergeSimulation(
            packets: packets,
            legs: [
                .init(delay: outage.first, loss: outage.loss, outage: outage.outage),
                .init(delay: outage.second, messages: (564, 1316), loss: outage.loss),
            ],
            seed: 21
        ).run()
        #expect(outcome.difference(from: packets) == nil)
        #expect(outcome.merger.counters.restarts == 0)
        if outage.loss == 0 { #expect(outcome.merger.counters.lost == 0) }
        #expect(outcome.merger.isMatched(.first) && outcome.merger.isMatched(.second))
        #expect(outcome.merger.counters(of: .first).used > 0 || outage.first > 0)
    }

    @Test("follows an encoder's restart on both legs", arguments: [(0.0, 0.0), (100, 0), (100, 0.1), (-100, 0.1)])
    func restart(skew: Double, loss: Double) {
        for seed in 1...UInt64(3) {
            let packets =
                MergeEncoder.packets(.programme, count: 1501, seed: seed)
                + MergeEncoder.packets(.programme, count: 1499, seed: 100 + seed)
            let outcome = MergeSimulation(
                packets: packets,
                legs: [
                    .init(delay: max(0, -skew), loss: loss),
                    .init(delay: max(0, skew), messages: (564, 1316), loss: loss),
                ],
                seed: seed
            ).run()
            #expect(outcome.difference(from: packets) == nil, "seed \(seed)")
            #expect(outcome.merger.isMatched(.first) && outcome.merger.isMatched(.second))
        }
    }

    /// Packets of two encoders that have the tables and the stuffing in common.
    private static let one = MergeEncoder.packets(.programme, count: 4200, seed: 1)
    private static let other = MergeEncoder.packets(.programme, count: 4200, seed: 2)

    /// A message a leg, each 7 ms.
    private static func send(_ test: inout TestMerger, _ range: Range<Int>, at milliseconds: Double = 0) {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 7) {
            let time = Double(start) + milliseconds
            test.receive(one[start..<start + 7], on: .first, milliseconds: time)
            test.receive(other[start..<start + 7], on: .second, milliseconds: time + 1)
        }
    }

    @Test("a leg with another stream is not passed on, and is said to be another")
    func differentStreams() {
        var test = TestMerger()
        Self.send(&test, 0..<350)
        #expect(test.merger.isMatched(.second))
        Self.send(&test, 350..<2100)
        #expect(test.delivered == Array(Self.one[..<2100]))
        #expect(test.merger.isMatched(.first))
        #expect(!test.merger.isMatched(.second))
        #expect(test.second.used == 0)
        #expect(test.second.outOfRange + UInt64(test.merger.heldPackets) == 2100)
        #expect(test.counters.restarts == 0)
        // What waits of it is what came within the window.
        #expect(test.merger.heldPackets <= 210)
    }

    @Test("it takes over when the leg that carried the stream falls silent, and that one when it does")
    func takesOver() {
        var test = TestMerger()
        Self.send(&test, 0..<1400)
        for start in stride(from: 1400, to: 2100, by: 7) {
            test.receive(Self.other[start..<start + 7], on: .second, milliseconds: Double(start) + 1)
        }
        // From about the moment on when the first one fell silent.
        let cut = test.delivered.dropFirst(1400)
        #expect(test.delivered.prefix(1400) == Self.one[..<1400])
        #expect(cut.last == Self.other[2099])
        #expect(cut.count > 650 && cut.count < 750)
        #expect(Array(cut) == Array(Self.other[..<2100].suffix(cut.count)))
        #expect(test.counters.restarts == 1)
        #expect(test.merger.isMatched(.second))
        // The first one comes back, with its stream.
        for start in stride(from: 2100, to: 3500, by: 7) {
            test.receive(Self.other[start..<start + 7], on: .second, milliseconds: Double(start) + 1)
            test.receive(Self.one[start..<start + 7], on: .first, milliseconds: Double(start) + 2)
        }
        #expect(!test.merger.isMatched(.first))
        #expect(test.delivered.last == Self.other[3499])
        for start in stride(from: 3500, to: 4200, by: 7) {
            test.receive(Self.one[start..<start + 7], on: .first, milliseconds: Double(start) + 2)
        }
        #expect(test.delivered.last == Self.one[4199])
        #expect(test.counters.restarts == 2)
    }

    @Test("two legs that are found to carry the same after all are merged")
    func matchesLater() {
        var test = TestMerger()
        Self.send(&test, 0..<1400)
        #expect(!test.merger.isMatched(.second))
        for start in stride(from: 1400, to: 2100, by: 7) {
            test.receive(Self.one[start..<start + 7], on: .first, milliseconds: Double(start))
            test.receive(Self.one[start..<start + 7], on: .second, milliseconds: Double(start) + 1)
        }
        #expect(test.delivered == Array(Self.one[..<2100]))
        #expect(test.merger.isMatched(.second))
        // But for those that came before it was known.
        #expect(test.second.duplicates > 690)
    }

    @Test("a leg farther behind than the window is late, and not passed on", arguments: [250, 350])
    func farBehind(behind: Int) {
        var test = TestMerger()
        for start in stride(from: 0, to: 2100, by: 7) {
            test.receive(Self.one[start..<start + 7], on: .first, milliseconds: Double(start))
            guard start >= behind else { continue }
            let former = start - behind / 7 * 7
            test.receive(Self.one[former..<former + 7], on: .second, milliseconds: Double(start))
        }
        #expect(test.delivered == Array(Self.one[..<2100]))
        #expect(test.second.used == 0)
        #expect(test.second.duplicates == 0)
        #expect(test.second.late > 1000)
        #expect(test.merger.isMatched(.second))
    }

    @Test("both silent, then the encoder starts anew: the first leg to come is passed on at once")
    func startsAnew() {
        var test = TestMerger()
        for start in stride(from: 0, to: 700, by: 7) {
            for leg in MergeLeg.allCases {
                test.receive(Self.one[start..<start + 7], on: leg, milliseconds: Double(start))
            }
        }
        for start in stride(from: 0, to: 700, by: 7) {
            test.receive(Self.other[start..<start + 7], on: .second, milliseconds: Double(start) + 3000)
            if start < 49 { #expect(test.delivered.count == 700 + start + 7) }
            guard start >= 49 else { continue }
            test.receive(Self.other[start - 49..<start - 42], on: .first, milliseconds: Double(start) + 3000)
        }
        #expect(test.delivered == Array(Self.one[..<700] + Self.other[..<700]))
        #expect(test.first.used == 700)
    }

    @Test("what waits of a leg goes out when its sender is gone; a new one is found anew")
    func resetLeg() {
        var test = TestMerger()
        for leg in MergeLeg.allCases { test.receive(Self.one[..<70], on: leg) }
        test.receive(Self.one[77..<84], on: .first, afterLoss: true, milliseconds: 10)
        #expect(test.delivered.count == 70)
        test.reset(.first, milliseconds: 20)
        #expect(test.delivered == Array(Self.one[..<70] + Self.one[77..<84]))
        test.receive(Self.one[70..<105], on: .second, milliseconds: 30)
        test.receive(Self.one[91..<112], on: .first, milliseconds: 40)
        #expect(test.delivered == Array(Self.one[..<70] + Self.one[77..<112]))
        #expect(test.merger.heldPackets == 0)
        #expect(test.merger.isMatched(.first))
    }

    @Test("nothing waits for a leg whose sender is gone")
    func resetOther() {
        var test = TestMerger()
        for leg in MergeLeg.allCases { test.receive(Self.one[..<70], on: leg) }
        test.receive(Self.one[77..<84], on: .first, afterLoss: true, milliseconds: 10)
        test.reset(.second, milliseconds: 20)
        #expect(test.delivered == Array(Self.one[..<70] + Self.one[77..<84]))
        #expect(test.merger.deadline == nil)
    }

    @Test("when the leg that carries the stream has no sender, another stream takes over without waiting")
    func resetActive() {
        var test = TestMerger()
        Self.send(&test, 0..<1400)
        test.reset(.first, milliseconds: 1400)
        #expect(test.delivered.last == Self.other[1399])
        #expect(test.merger.deadline == nil)
        #expect(test.counters.restarts == 1)
    }
}
