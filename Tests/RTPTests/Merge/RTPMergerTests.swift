import Media
import RTP
import Testing

@Suite("Merging two legs")
struct RTPMergerTests {
    @Test("passes on each number once, of the leg that is ahead", arguments: [0, 65_530])
    func once(start: Int) {
        var test = TestMerger()
        for sequence in start..<start + 20 {
            test.receive(sequence, on: .first)
            test.receive(sequence, on: .second)
        }
        #expect(test.delivered == (start..<start + 20).map { $0 % 65_536 })
        #expect(test.first.used == 20)
        #expect(test.second.duplicates == 20)
        #expect(test.counters.lost == 0)
        #expect(test.merger.deadline == nil)
    }

    @Test("passes on the datagram's own memory when it is in order, and reserves none")
    func withoutCopy() {
        var merger = RTPMerger()
        RTPTestPackets.packet(1).withUnsafeBytes { datagram in
            merger.receive(datagram, on: .second, at: .zero) {
                #expect($0.baseAddress == datagram.baseAddress.map { $0 + 12 })
            }
        }
        #expect(merger.reservedBytes == 0)
    }

    @Test("fills what one leg lacks with the other's", arguments: [10, 65_533])
    func fills(start: Int) {
        var test = TestMerger()
        for offset in [0, 1, 3, 4] { test.receive(start + offset, on: .first, milliseconds: Double(offset)) }
        #expect(test.delivered == [start, start + 1].map { $0 % 65_536 })
        for offset in 0...4 { test.receive(start + offset, on: .second, milliseconds: Double(50 + offset)) }
        #expect(test.delivered == (start...start + 4).map { $0 % 65_536 })
        #expect(test.counters.lost == 0)
        #expect(test.counters.reordered == 1)
        #expect(test.second.used == 1)
        #expect(test.second.duplicates == 4)
        test.tick(milliseconds: 1000)
        #expect(test.first.missing == 1)
        #expect(test.second.missing == 0)
    }

    @Test("gives up what neither leg brings when the skew window is over")
    func lostOnBoth() {
        var test = TestMerger()
        for leg in MergeLeg.allCases { test.receive(1, on: leg) }
        test.receive(3, on: .first, milliseconds: 10)
        test.receive(3, on: .second, milliseconds: 20)
        #expect(test.merger.deadline == TestMerger.time(210))
        test.tick(milliseconds: 209)
        #expect(test.delivered == [1])
        test.tick(milliseconds: 210)
        #expect(test.delivered == [1, 3])
        #expect(test.counters.lost == 1)
        test.receive(2, on: .second, milliseconds: 220)
        #expect(test.second.late == 1)
        #expect(test.delivered == [1, 3])
        test.tick(milliseconds: 1000)
        #expect(test.first.missing == 0)
        #expect(test.second.missing == 0)
    }

    @Test("no packet waits longer than the window, whatever came before it since")
    func oldestDecides() {
        var test = TestMerger()
        test.receive(1, on: .first)
        test.receive(5, on: .first, milliseconds: 10)
        test.receive(3, on: .second, milliseconds: 150)
        #expect(test.merger.deadline == TestMerger.time(210))
        test.tick(milliseconds: 210)
        #expect(test.delivered == [1, 3, 5])
        #expect(test.counters.lost == 2)
    }

    @Test("keeps the skew window within its limits", arguments: [(Duration.zero, 100.0), (.seconds(9), 2000)])
    func windowLimits(window: Duration, milliseconds: Double) {
        var test = TestMerger(skewWindow: window)
        test.receive(1, on: .first)
        test.receive(3, on: .first)
        #expect(test.merger.deadline == TestMerger.time(milliseconds))
    }

    @Test("one leg is enough; the other one lacks everything")
    func oneLegSilent() {
        var test = TestMerger()
        for sequence in 0..<1000 { test.receive(sequence, on: .second, milliseconds: Double(sequence)) }
        test.tick(milliseconds: 2000)
        #expect(test.delivered == Array(0..<1000))
        #expect(test.first.missing == 1000)
        #expect(test.second.used == 1000)
    }

    @Test("when the leg that is ahead fails, the other goes on where it was, without a loss")
    func aheadFails() {
        var test = TestMerger()
        for time in 0..<1000 {
            if time < 500 { test.receive(time, on: .first, milliseconds: Double(time)) }
            if time >= 150 { test.receive(time - 150, on: .second, milliseconds: Double(time)) }
        }
        #expect(test.delivered == Array(0..<850))
        #expect(test.counters.lost == 0)
        // And it comes back, ahead again.
        for time in 1000..<1500 {
            test.receive(time, on: .first, milliseconds: Double(time))
            test.receive(time - 150, on: .second, milliseconds: Double(time))
        }
        #expect(test.delivered == Array(0..<1500))
        #expect(test.counters.lost == 0)
        #expect(test.counters.restarts == 0)
    }

    @Test("a leg far behind is neither a restart nor passed on", arguments: [150, 5000])
    func farBehind(behind: Int) {
        var test = TestMerger()
        for time in 0..<12_000 {
            test.receive(time, on: .first, milliseconds: Double(time))
            if time >= behind { test.receive(time - behind, on: .second, milliseconds: Double(time)) }
        }
        let isSame = test.delivered == Array(0..<12_000)
        #expect(isSame)
        #expect(test.counters.restarts == 0)
        #expect(test.counters.lost == 0)
        #expect(behind > 200 ? test.second.duplicates == 0 : test.second.late == 0)
        #expect(test.second.used == 0)
        #expect(test.second.received == test.second.duplicates + test.second.late + test.second.outOfRange)
    }

    @Test("a leg that falls behind the window is counted late, and takes over when the other fails")
    func fallsBehind() {
        var test = TestMerger()
        for time in 0..<2000 {
            if time < 1000 { test.receive(time, on: .first, milliseconds: Double(time)) }
            let behind = time < 300 ? 0 : 400
            if time < 300 || time >= 700 { test.receive(time - behind, on: .second, milliseconds: Double(time)) }
        }
        #expect(test.delivered == Array(0..<1600))
        #expect(test.second.late > 0)
        #expect(test.counters.restarts == 0)
    }

    @Test("counts what a leg repeats apart")
    func repeated() {
        var test = TestMerger()
        for sequence in [1, 1, 3, 3] { test.receive(sequence, on: .first) }
        #expect(test.first.repeated == 2)
        #expect(test.first.used == 2)
    }

    @Test("measures how far the legs are apart", arguments: [(0.0, 30.0), (30, 0)])
    func skew(firstDelay: Double, secondDelay: Double) throws {
        var test = TestMerger()
        var arrivals: [(time: Double, sequence: Int, leg: MergeLeg)] = []
        for sequence in 0..<500 {
            arrivals.append((Double(sequence) + firstDelay, sequence, .first))
            arrivals.append((Double(sequence) + secondDelay + (sequence == 490 ? 10 : 0), sequence, .second))
        }
        for arrival in arrivals.sorted(by: { $0.time < $1.time }) {
            test.receive(arrival.sequence, on: arrival.leg, milliseconds: arrival.time)
        }
        let skew = try #require(test.merger.skew(at: TestMerger.time(530)))
        #expect(abs(skew.nanoseconds - Int64((secondDelay - firstDelay) * 1_000_000)) < 1_000_000)
        #expect(skew.maximumNanoseconds == (secondDelay > firstDelay ? 40_000_000 : 30_000_000))
        #expect(test.merger.skew(at: TestMerger.time(5000)) == nil)
    }

    @Test("counts what is not RTP on its leg")
    func malformed() {
        var test = TestMerger()
        test.receive(bytes: [1, 2], on: .second)
        #expect(test.second.malformed == 1)
        #expect(test.second.received == 0)
    }

    @Test("memory follows what is held, and is given back")
    func memory() {
        var test = TestMerger(skewWindow: .seconds(2))
        let payload = [UInt8](repeating: 0, count: 1316)
        for sequence in 0..<40_000 where sequence != 10 {
            test.receive(bytes: RTPTestPackets.packet(sequence, payload: payload), on: .first)
        }
        #expect(test.merger.heldPackets == 0)
        #expect(test.counters.lost == 1)
        #expect(test.merger.reservedBytes < 300_000)
        for sequence in 40_001..<40_101 {
            test.receive(bytes: RTPTestPackets.packet(sequence, payload: payload), on: .first)
        }
        #expect(test.merger.heldPackets == 100)
        #expect(test.merger.reservedBytes < 300_000)
    }

    @Test("moves on when more packets wait than may")
    func mostHeld() {
        var test = TestMerger(skewWindow: .seconds(2))
        test.receive(0, on: .first)
        for sequence in 2..<2 + RTPMerger.maximumHeldPackets - 1 { test.receive(sequence, on: .first) }
        #expect(test.delivered == [0])
        test.receive(RTPMerger.maximumHeldPackets + 1, on: .first)
        #expect(test.delivered.count == RTPMerger.maximumHeldPackets + 1)
        #expect(test.counters.lost == 1)
    }
}
