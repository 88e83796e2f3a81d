import Media
import RTP
import Testing

@Suite("Statistics of reception")
struct RTCPReceptionStatisticsTests {
    /// A receiver of Opus packets of 20 ms that come when they should, unless told otherwise.
    private struct Receiver {
        var statistics = RTCPReceptionStatistics(clockRate: .opus)

        mutating func receive(_ number: Int, ssrc: UInt32 = 1, late milliseconds: Int64 = 0) {
            let header = RTPHeader(
                payloadType: 96,
                sequenceNumber: UInt16(truncatingIfNeeded: number),
                timestamp: UInt32(truncatingIfNeeded: number * 960),
                ssrc: ssrc
            )
            statistics.packetReceived(
                header,
                at: MonotonicTime(nanoseconds: (Int64(number) * 20 + milliseconds) * 1_000_000)
            )
        }

        mutating func report() throws -> RTCPReportBlock {
            let block = statistics.makeReport(at: .zero)
            return try #require(block)
        }
    }

    @Test("say nothing before the first packet")
    func nothing() {
        var receiver = Receiver()
        #expect(receiver.statistics.makeReport(at: .zero) == nil)
    }

    @Test("count what is lost, in all and since the last report", arguments: [0, 65_530, 65_534])
    func losses(start: Int) throws {
        var receiver = Receiver()
        for number in start..<start + 10 { receiver.receive(number) }
        let first = try receiver.report()
        #expect(first == RTCPReportBlock(ssrc: 1, highestSequence: UInt32(start + 9)))
        // One of four.
        for number in start + 10..<start + 30 where number % 4 != 0 { receiver.receive(number) }
        let lost = (start + 10..<start + 30).count { $0 % 4 == 0 }
        var report = try receiver.report()
        #expect(report.cumulativeLost == Int32(lost))
        #expect(report.fractionLost == UInt8(lost * 256 / 20))
        #expect(report.highestSequence == UInt32(start + 29))
        report = try receiver.report()
        #expect(report.fractionLost == 0 && report.cumulativeLost == Int32(lost))
    }

    @Test("count packets that come late or twice as received")
    func duplicates() throws {
        var receiver = Receiver()
        for number in [10, 12, 11, 12, 12, 13] { receiver.receive(number) }
        let report = try receiver.report()
        #expect(report.cumulativeLost == -2 && report.fractionLost == 0)
        #expect(report.highestSequence == 13)
    }

    @Test("start again when the sender does, which two packets in a row show")
    func restart() throws {
        var receiver = Receiver()
        for number in 0..<10 { receiver.receive(number) }
        receiver.receive(30_000)
        let before = try receiver.report()
        #expect(before.highestSequence == 9)
        receiver.receive(30_001)
        receiver.receive(30_002)
        var report = try receiver.report()
        #expect(report.highestSequence == 30_002 && report.cumulativeLost == 0)
        receiver.receive(5, ssrc: 2)
        report = try receiver.report()
        #expect(report.ssrc == 2 && report.highestSequence == 5 && report.cumulativeLost == 0)
    }

    @Test("measure jitter in ticks of the payload's clock")
    func jitter() throws {
        var steady = Receiver()
        for number in 0..<500 { steady.receive(number, late: 70) }
        let steadyReport = try steady.report()
        #expect(steadyReport.jitter == 0)
        var shaky = Receiver()
        for number in 0..<500 { shaky.receive(number, late: number % 2 == 0 ? 0 : 10) }
        // Each differs from the one before by 10 ms.
        let shakyReport = try shaky.report()
        #expect((478...481).contains(shakyReport.jitter))
        var wild = Receiver()
        for number in 0..<500 { wild.receive(number, late: number % 2 == 0 ? 0 : 1 << 40) }
        _ = try wild.report()
    }

    @Test("say when the last sender report came")
    func senderReport() throws {
        var receiver = Receiver()
        receiver.receive(1)
        let info = RTCPSenderInfo(
            time: NTPTime(rawValue: 0x1111_2222_3333_4444),
            timestamp: 0,
            packetCount: 0,
            byteCount: 0
        )
        receiver.statistics.reportReceived(info, at: MonotonicTime(nanoseconds: 1_000_000_000))
        for (now, delay) in [
            (1_000_000_000, 0), (3_500_000_000, 163_840), (0, 0), (.max, .max),
        ] as [(Int64, UInt32)] {
            let block = receiver.statistics.makeReport(at: MonotonicTime(nanoseconds: now))
            let report = try #require(block)
            #expect(report.lastSenderReport == 0x2222_3333)
            #expect(report.delaySinceSenderReport == delay)
        }
    }

    @Test("are due about every five seconds")
    func schedule() {
        var schedule = RTCPSchedule(startingAt: MonotonicTime(nanoseconds: 1_000_000_000))
        #expect(!schedule.isDue(at: .zero))
        let first = MonotonicTime(nanoseconds: 1_000_000_000)
        #expect(schedule.isDue(at: first))
        for (spread, seconds) in [(0.0, 2.5), (0.5, 5.0), (0.999, 7.495)] {
            schedule.reportSent(at: first, spread: spread)
            #expect(!schedule.isDue(at: first))
            #expect(abs(Double(schedule.deadline.nanoseconds(since: first)) / 1e9 - seconds) < 1e-6)
        }
    }
}
