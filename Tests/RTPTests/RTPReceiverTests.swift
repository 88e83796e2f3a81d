import Media
import RTP
import Testing

@Suite("Receiving RTP")
struct RTPReceiverTests {
    @Test("passes on what is in order at once", arguments: [0, 65_530])
    func inOrder(start: Int) {
        var test = TestReceiver()
        for sequence in start..<start + 20 { test.receive(sequence) }
        #expect(test.delivered == (start..<start + 20).map { $0 % 65_536 })
        #expect(test.counters.delivered == 20)
        #expect(test.counters.lost == 0)
        #expect(test.receiver.deadline == nil)
    }

    @Test("passes on the datagram's own memory when it is in order")
    func withoutCopy() {
        var receiver = RTPReceiver()
        RTPTestPackets.packet(1).withUnsafeBytes { datagram in
            receiver.receive(datagram, at: .zero) {
                #expect($0.baseAddress == datagram.baseAddress.map { $0 + 12 })
            }
        }
    }

    @Test("puts packets in order and counts those that came behind", arguments: [10, 65_534])
    func reorders(start: Int) {
        var test = TestReceiver()
        for offset in [0, 2, 3, 1, 4] { test.receive(start + offset) }
        #expect(test.delivered == (start...start + 4).map { $0 % 65_536 })
        #expect(test.counters.reordered == 1)
        #expect(test.counters.lost == 0)
    }

    @Test("gives a gap up when its time is over")
    func timeWindow() {
        var test = TestReceiver()
        test.receive(1)
        test.receive(4, milliseconds: 10)
        #expect(test.delivered == [1])
        #expect(test.receiver.deadline == MonotonicTime(nanoseconds: 60_000_000))
        test.tick(milliseconds: 59)
        #expect(test.delivered == [1])
        test.tick(milliseconds: 60)
        #expect(test.delivered == [1, 4])
        #expect(test.counters.lost == 2)
        #expect(test.receiver.deadline == nil)
    }

    @Test("gives a gap up on a later packet without a tick")
    func timeWindowOnReceive() {
        var test = TestReceiver()
        test.receive(1)
        test.receive(3, milliseconds: 0)
        test.receive(4, milliseconds: 50)
        #expect(test.delivered == [1, 3, 4])
        #expect(test.counters.lost == 1)
    }

    @Test("gives a gap up when the window of packets is full")
    func packetWindow() {
        var test = TestReceiver(windowPackets: 8)
        test.receive(0)
        for sequence in 2...8 { test.receive(sequence) }
        #expect(test.delivered == [0])
        test.receive(9)
        #expect(test.delivered == [0] + Array(2...9))
        #expect(test.counters.lost == 1)
    }

    @Test("counts duplicates of what was passed on and of what waits")
    func duplicates() {
        var test = TestReceiver()
        for sequence in [1, 2, 2, 1, 4, 4, 3, 3] { test.receive(sequence) }
        #expect(test.delivered == [1, 2, 3, 4])
        #expect(test.counters.duplicated == 4)
        #expect(test.counters.lost == 0)
    }

    @Test("counts what comes after it was given up as late, and drops it")
    func late() {
        var test = TestReceiver()
        test.receive(1)
        test.receive(3)
        test.tick(milliseconds: 100)
        test.receive(2, milliseconds: 100)
        #expect(test.delivered == [1, 3])
        #expect(test.counters.late == 1)
        #expect(test.counters.lost == 1)
        #expect(test.counters.duplicated == 0)
    }

    @Test("counts a long gap exactly", arguments: [100, 2999])
    func longGap(distance: Int) {
        var test = TestReceiver()
        test.receive(0)
        test.receive(distance)
        test.tick(milliseconds: 100)
        #expect(test.delivered == [0, distance])
        #expect(test.counters.lost == UInt64(distance - 1))
    }

    @Test(
        "takes up a sequence that started anew after two packets, and loses neither",
        arguments: [3001, 20_000, 65_300]
    )
    func restart(sequence: Int) {
        var test = TestReceiver()
        test.receive(0)
        test.receive(1)
        test.receive(sequence + 1)
        #expect(test.delivered == [0, 1])
        test.receive(sequence + 2)
        test.receive(sequence + 3)
        #expect(test.delivered == [0, 1, sequence + 1, sequence + 2, sequence + 3])
        #expect(test.counters.restarts == 1)
        #expect(test.counters.lost == 0)
    }

    @Test("never takes packets for a restart that are late by no more than the window")
    func lateWithinWindow() {
        var test = TestReceiver(windowPackets: 256)
        test.receive(0)
        test.receive(250)
        test.tick(milliseconds: 100)
        for sequence in [1, 2, 3] { test.receive(sequence, milliseconds: 100) }
        #expect(test.delivered == [0, 250])
        #expect(test.counters.late == 3)
        #expect(test.counters.restarts == 0)
    }

    @Test("no packet waits longer than the window, whatever came before it since")
    func oldestDecides() {
        var test = TestReceiver()
        test.receive(1)
        test.receive(5, milliseconds: 0)
        test.receive(3, milliseconds: 40)
        test.tick(milliseconds: 50)
        #expect(test.delivered == [1, 3, 5])
        #expect(test.counters.lost == 2)
        #expect(test.receiver.deadline == nil)
    }

    @Test("takes another SSRC after two packets in a row of it")
    func ssrcChange() {
        var test = TestReceiver()
        test.receive(5)
        test.receive(100, ssrc: 7)
        test.receive(6)
        test.receive(101, ssrc: 8)
        #expect(test.delivered == [5, 6])
        #expect(test.receiver.ssrc == RTPTestPackets.ssrc)
        test.receive(102, ssrc: 8)
        #expect(test.delivered == [5, 6, 101, 102])
        #expect(test.receiver.ssrc == 8)
        #expect(test.counters.ssrcChanges == 1)
    }

    @Test("passes on what waits before another SSRC takes over")
    func ssrcChangeFlushes() {
        var test = TestReceiver()
        for sequence in [5, 7] { test.receive(sequence) }
        for sequence in [100, 101] { test.receive(sequence, ssrc: 7) }
        #expect(test.delivered == [5, 7, 100, 101])
        #expect(test.counters.lost == 1)
    }

    @Test("passes on a payload that is too long to wait, without those before it")
    func longPayload() {
        var test = TestReceiver()
        test.receive(0)
        test.receive(2)
        let payload = [0, 4] + [UInt8](repeating: 0, count: RTPReceiver.maximumHeldPayload)
        test.receive(bytes: RTPTestPackets.packet(4, payload: payload))
        #expect(test.delivered == [0, 2, 4])
        #expect(test.counters.lost == 2)
    }

    @Test("starts anew after a reset")
    func reset() {
        var test = TestReceiver()
        for sequence in [1, 3] { test.receive(sequence) }
        test.receiver.reset()
        test.receive(9, ssrc: 3)
        #expect(test.delivered == [1, 9])
        #expect(test.receiver.ssrc == 3)
    }

    @Test("counts what is not RTP")
    func malformed() {
        var test = TestReceiver()
        test.receive(bytes: [1, 2, 3])
        #expect(test.counters.malformed == 1)
        #expect(test.counters.received == 0)
    }

    @Test("keeps its window within limits", arguments: [(-5, 1), (0, 1), (5, 8), (100_000, 1024)])
    func windowLimits(packets: Int, held: Int) {
        var test = TestReceiver(windowPackets: packets)
        test.receive(0)
        for sequence in 2..<held + 1 { test.receive(sequence) }
        #expect(test.delivered == [0])
        test.receive(held + 1)
        #expect(test.delivered.count == held + 1)
    }
}

@Suite("Receiving shuffled RTP")
struct ShuffledRTPTests {
    /// A stream in which no packet moves by more than the window, some are lost and some come twice.
    @Test("gives the order back and counts exactly", arguments: 1...30 as ClosedRange<UInt64>)
    func shuffled(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let start = Int.random(in: 60_000...65_535, using: &generator)
        let count = 2000
        var lost: Set<Int> = []
        var duplicates = 0
        var sent: [(place: Double, sequence: Int)] = [(-1, start)]
        for index in 1..<count {
            // The last packets always come, so that each gap before them is seen.
            if index < count - 70, Int.random(in: 0..<20, using: &generator) == 0 {
                lost.insert(start + index)
                continue
            }
            sent.append((Double(index) + Double.random(in: 0..<25, using: &generator), start + index))
            if Int.random(in: 0..<20, using: &generator) == 0 {
                duplicates += 1
                sent.append((Double(index) + Double.random(in: 0..<25, using: &generator), start + index))
            }
        }
        var test = TestReceiver()
        for packet in sent.sorted(by: { $0.place < $1.place }) { test.receive(packet.sequence) }
        test.tick(milliseconds: 1000)
        let expected = (start..<start + count).filter { !lost.contains($0) }.map { $0 % 65_536 }
        let isSame = test.delivered == expected
        #expect(isSame)
        #expect(test.counters.lost == UInt64(lost.count))
        #expect(test.counters.duplicated == UInt64(duplicates))
        #expect(test.counters.late == 0)
        #expect(test.counters.restarts == 0)
    }

    @Test("garbage never traps, and every packet is accounted for", arguments: 1...20 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var test = TestReceiver(windowPackets: Int.random(in: 1...128, using: &generator))
        var sequence = 0
        for round in 0..<3000 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0: sequence = Int.random(in: 0...65_535, using: &generator)
            case 1, 2: sequence += Int.random(in: -200...4000, using: &generator)
            default: sequence += Int.random(in: -3...4, using: &generator)
            }
            let ssrc = UInt32.random(in: 0..<20, using: &generator) == 0 ? UInt32(1) : 2
            let length =
                Int.random(in: 0..<40, using: &generator) == 0 ? 3000 : Int.random(in: 2..<30, using: &generator)
            test.receive(
                bytes: RTPTestPackets.packet(sequence, ssrc: ssrc, payload: [UInt8](repeating: 1, count: length)),
                milliseconds: Int64(round)
            )
        }
        test.tick(milliseconds: 10_000)
        let counters = test.counters
        #expect(counters.received == 3000)
        let accounted = counters.delivered + counters.duplicated + counters.late + counters.outOfRange
        // One may be on probation.
        #expect(counters.received - accounted <= 1)
    }
}
