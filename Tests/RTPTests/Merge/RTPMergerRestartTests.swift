import Media
import RTP
import Testing

@Suite("Merging legs that start anew")
struct RTPMergerRestartTests {
    /// Both legs carry the stream, the second one 50 ms behind; at 500 ms the encoder starts anew.
    @Test(
        "follows an encoder's restart on both legs, and drops what the slower one still brings of the old stream",
        arguments: [(UInt32(7), 40_000), (RTPTestPackets.ssrc, 40_000), (7, 490), (RTPTestPackets.ssrc, 60_000)]
    )
    func encoderRestart(ssrc: UInt32, start: Int) {
        var test = TestMerger()
        for time in 0..<1000 {
            for (leg, delay) in [(MergeLeg.first, 0), (.second, 50)] where time >= delay {
                let index = time - delay
                if index < 500 {
                    test.receive(index, on: leg, milliseconds: Double(time))
                } else {
                    test.receive(start + index - 500, on: leg, ssrc: ssrc, milliseconds: Double(time))
                }
            }
        }
        let isSame = test.delivered == Array(0..<500) + (start..<start + 500).map { $0 % 65_536 }
        #expect(isSame)
        #expect(test.counters.restarts + test.counters.ssrcChanges == 1)
        #expect(test.merger.ssrc == ssrc)
        #expect(test.counters.lost == 0)
        #expect(test.second.used == 0)
        // The first leg's second packet of the new stream ended the old one 49 packets before the second leg's last.
        #expect(test.second.duplicates == 901)
    }

    @Test("takes a second leg with another SSRC when its numbers agree")
    func differingSSRC() {
        var test = TestMerger()
        for sequence in 0..<100 {
            if sequence % 10 != 3 { test.receive(sequence, on: .first) }
            if sequence % 10 != 7 { test.receive(sequence, on: .second, ssrc: 9) }
        }
        #expect(test.delivered == Array(0..<100))
        #expect(test.counters.ssrcChanges == 0)
        #expect(test.second.used == 10)
        #expect(test.merger.ssrc == RTPTestPackets.ssrc)
    }

    @Test("a second leg that carries something else is dropped while the first one is live, and taken when it is not")
    func otherStream() {
        var test = TestMerger()
        for sequence in 0..<500 {
            test.receive(sequence, on: .first, milliseconds: Double(sequence))
            test.receive(30_000 + sequence, on: .second, ssrc: 9, milliseconds: Double(sequence))
        }
        #expect(test.delivered == Array(0..<500))
        #expect(test.second.outOfRange == 500)
        for sequence in 500..<1000 {
            test.receive(30_000 + sequence, on: .second, ssrc: 9, milliseconds: Double(sequence))
        }
        #expect(test.delivered.count == 500 + 300)
        #expect(test.merger.ssrc == 9)
        #expect(test.counters.ssrcChanges == 1)
    }

    @Test("both legs silent, then back where the sender is now", arguments: [600, 30_000])
    func bothSilent(resume: Int) {
        var test = TestMerger()
        for sequence in 0..<100 {
            for leg in MergeLeg.allCases { test.receive(sequence, on: leg, milliseconds: Double(sequence)) }
        }
        for offset in 0..<500 {
            for leg in MergeLeg.allCases {
                test.receive(resume + offset, on: leg, milliseconds: Double(5000 + offset))
            }
        }
        #expect(test.delivered == Array(0..<100) + Array(resume..<resume + 500))
        #expect(test.counters.restarts == (resume > 3100 ? 1 : 0))
    }

    @Test("a leg whose sender changed may join again")
    func legReset() {
        var test = TestMerger()
        for leg in MergeLeg.allCases { test.receive(1, on: leg) }
        test.merger.reset(.second)
        test.receive(2, on: .second)
        test.receive(2, on: .first)
        #expect(test.delivered == [1, 2])
        test.merger.reset()
        test.receive(9, on: .second, ssrc: 3)
        #expect(test.delivered == [1, 2, 9])
        #expect(test.merger.ssrc == 3)
    }

    @Test("a single stray packet changes nothing")
    func stray() {
        var test = TestMerger()
        for sequence in 0..<10 { test.receive(sequence, on: .first) }
        test.receive(500, on: .first, ssrc: 1)
        test.receive(30_000, on: .first)
        test.receive(10, on: .first)
        #expect(test.delivered == Array(0...10))
        #expect(test.first.outOfRange == 2)
    }
}

@Suite("Merging shuffled legs")
struct ShuffledMergeTests {
    @Test("gives back all but what both legs lost, and counts exactly", arguments: 1...20 as ClosedRange<UInt64>)
    func shuffled(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let start = Int.random(in: 55_000...65_535, using: &generator)
        let count = 4000
        var brought: [Set<Int>] = [[], []]
        var arrivals: [(time: Double, sequence: Int, leg: MergeLeg)] = []
        for (leg, delay) in [(MergeLeg.first, 0.0), (.second, Double.random(in: 0..<120, using: &generator))] {
            for index in 0..<count {
                if index > 0, index < count - 500, Int.random(in: 0..<20, using: &generator) == 0 { continue }
                brought[leg.rawValue].insert(index)
                let jitter = index == 0 ? 0 : Double.random(in: 0..<20, using: &generator)
                arrivals.append((Double(index) + delay + jitter, start + index, leg))
            }
        }
        var test = TestMerger()
        for arrival in arrivals.sorted(by: { $0.time < $1.time }) {
            test.receive(arrival.sequence, on: arrival.leg, milliseconds: arrival.time)
        }
        test.tick(milliseconds: 10_000)
        let union = brought[0].union(brought[1])
        let isSame = test.delivered == union.sorted().map { (start + $0) % 65_536 }
        #expect(isSame)
        #expect(test.counters.lost == UInt64(count - union.count))
        #expect(test.first.used + test.second.used == UInt64(union.count))
        #expect(test.first.missing == UInt64(union.subtracting(brought[0]).count))
        #expect(test.second.missing == UInt64(union.subtracting(brought[1]).count))
        #expect(test.first.late == 0 && test.second.late == 0)
    }

    @Test("garbage never traps, and every packet is accounted for", arguments: 1...20 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var test = TestMerger(skewWindow: .milliseconds(Int.random(in: 100...2000, using: &generator)))
        var sequences = [0, 0]
        for round in 0..<6000 {
            let leg = Bool.random(using: &generator) ? MergeLeg.first : .second
            switch Int.random(in: 0..<20, using: &generator) {
            case 0: sequences[leg.rawValue] = Int.random(in: 0...65_535, using: &generator)
            case 1, 2: sequences[leg.rawValue] += Int.random(in: -200...4000, using: &generator)
            case 3: sequences[leg.rawValue] = sequences[1 - leg.rawValue]
            default: sequences[leg.rawValue] += Int.random(in: -3...4, using: &generator)
            }
            let ssrc = Int.random(in: 0..<20, using: &generator) == 0 ? UInt32(1) : 2
            let length =
                Int.random(in: 0..<40, using: &generator) == 0 ? 3000 : Int.random(in: 2..<30, using: &generator)
            let payload = [UInt8](repeating: 1, count: length)
            test.receive(
                bytes: RTPTestPackets.packet(sequences[leg.rawValue], ssrc: ssrc, payload: payload),
                on: leg,
                milliseconds: Double(round) / 3
            )
        }
        test.tick(milliseconds: 20_000)
        #expect(test.merger.heldPackets == 0)
        for counters in [test.first, test.second] {
            let accounted =
                counters.used + counters.duplicates + counters.repeated + counters.late + counters.outOfRange
            // One may be on probation.
            #expect(counters.received - accounted <= 1)
        }
        #expect(test.first.used + test.second.used == test.counters.delivered)
    }
}
