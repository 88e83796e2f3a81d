import HeadgateTestKit
import Media
import Testing

@testable import MPEGTS

@Suite("PCR in time, without jumps and in its place, TR 101 290")
struct ClockMonitoringTests {
    private func running() -> MonitoredStream {
        var stream = MonitoredStream()
        stream.run(milliseconds: 3_000)
        return stream
    }

    @Test(
        "counts PCRs that are too far apart, by their values",
        arguments: [(30, 1, 0), (60, 1, 0), (90, 1, 1), (300, 1, 1), (700, 2, 1)] as [(Int, UInt64, UInt64)]
    )
    func repetition(absence: Int, repetitions: UInt64, jumps: UInt64) {
        var stream = running()
        stream.run(without: .clock, milliseconds: absence)
        stream.run(milliseconds: 1_000)
        var expected = TSFaults()
        expected.pcrRepetitionErrors = repetitions
        expected.pcrDiscontinuityErrors = jumps
        #expect(stream.faults == expected)
    }

    @Test("is not misled by packets that come in bursts")
    func bursts() {
        var stream = MonitoredStream()
        for _ in 0..<100 {
            // 200 ms of the stream come at once, after 200 ms without any.
            let start = stream.now
            for _ in 0..<20 {
                stream.run(milliseconds: 10)
                stream.now = start
            }
            stream.pause(milliseconds: 200)
        }
        #expect(stream.faults == TSFaults())
        #expect(stream.snapshot.constantBitrate == MonitoredStream.bitrate)
    }

    @Test("counts jumps that are not announced", arguments: [270_000_000, -270_000_000, 2_700_000, -27] as [Int64])
    func jumps(ticks: Int64) {
        var stream = running()
        stream.clockOffset = stream.clockOffset.advanced(by: Int(ticks) - (ticks == -27 ? 3 * 270_000 : 0))
        stream.run(milliseconds: 1_000)
        var expected = TSFaults()
        expected.pcrDiscontinuityErrors = 1
        #expect(stream.faults == expected)
        stream.announcesClock = true
        stream.clockOffset = stream.clockOffset.advanced(by: -Int(ticks))
        stream.run(milliseconds: 1_000)
        #expect(stream.faults == expected)
    }

    @Test("watches the clock of each program")
    func programs() {
        var stream = MonitoredStream()
        stream.edit = { packets in
            guard let place = packets.firstIndex(of: TestPackets.null) else { return }
            // A clock of the second program in every tenth step or so: 200 ms apart.
            packets[place] = TestPackets.packet(pid: 0x200, counter: 0, hasPayload: false, clock: 5)
        }
        let map = TestPackets.pmt(program: 2, clockPID: 0x200, [])
        stream.without = [.pat]
        for _ in 0..<10 {
            stream.send(TestPackets.pat([(1, MonitoredStream.mapPID), (2, 0x1001)]), pid: 0)
            stream.send(map, pid: 0x1001)
            stream.run(milliseconds: 100)
        }
        #expect(stream.faults == TSFaults())
        stream.edit = { packets in
            guard let place = packets.firstIndex(of: TestPackets.null) else { return }
            packets[place] = TestPackets.packet(pid: 0x200, counter: 0, hasPayload: false, clock: 9_000_000)
        }
        stream.send(TestPackets.pat([(1, MonitoredStream.mapPID), (2, 0x1001)]), pid: 0)
        stream.run(milliseconds: 100)
        var expected = TSFaults()
        expected.pcrDiscontinuityErrors = 1
        #expect(stream.faults == expected)
    }

    @Test(
        "counts a PCR that is not where the constant rate puts it: beyond 500 ns",
        arguments: [(13, 0), (-13, 0), (14, 1), (-14, 1), (270, 1), (-2_600, 1)] as [(Int64, UInt64)]
    )
    func accuracy(error: Int64, errors: UInt64) {
        var stream = running()
        #expect(stream.snapshot.constantBitrate == MonitoredStream.bitrate)
        stream.clockError = error
        stream.run(milliseconds: 2_000)
        var expected = TSFaults()
        expected.pcrAccuracyErrors = errors
        #expect(stream.faults == expected)
        #expect(stream.snapshot.constantBitrate == MonitoredStream.bitrate)
    }

    @Test("takes a clock that is shifted for good for the new line, after a few errors")
    func shift() {
        var stream = running()
        stream.clockOffset += 54
        stream.run(milliseconds: 3_000)
        var expected = TSFaults()
        expected.pcrAccuracyErrors = UInt64(ClockAccuracy.maximumOutliers)
        #expect(stream.faults == expected)
    }

    @Test("lets jitter within the tolerance pass", arguments: 1...5 as ClosedRange<UInt64>)
    func jitter(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var stream = MonitoredStream()
        for _ in 0..<500 {
            stream.clockError = Int64.random(in: -7...7, using: &generator)
            stream.run(milliseconds: 30)
        }
        #expect(stream.faults == TSFaults())
    }

    @Test("does not judge a rate that changes, packets that are missing, or a stream without stuffing")
    func variableRate() {
        var generator = SeededGenerator(seed: 4)
        var stream = MonitoredStream()
        for _ in 0..<500 {
            stream.padding = Int.random(in: 0...20, using: &generator)
            stream.run(milliseconds: 10)
        }
        #expect(stream.faults == TSFaults() && stream.snapshot.constantBitrate == nil)

        stream = running()
        stream.edit = { $0.removeLast() }
        stream.run(milliseconds: 10)
        stream.edit = { _ in }
        stream.run(milliseconds: 3_000)
        #expect(stream.faults == TSFaults())
        #expect(stream.snapshot.constantBitrate == MonitoredStream.bitrate)

        stream = MonitoredStream()
        stream.edit = { packets in
            for index in packets.indices where packets[index] == TestPackets.null { packets[index][1] = 0x15 }
        }
        stream.run(milliseconds: 3_000)
        #expect(stream.faults.pcrAccuracyErrors == 0 && stream.snapshot.constantBitrate == nil)
    }
}
