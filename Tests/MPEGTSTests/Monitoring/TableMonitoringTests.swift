import Media
import Testing

@testable import MPEGTS

@Suite("Tables, streams and PTS in time, TR 101 290")
struct TableMonitoringTests {
    /// A stream that has run for a second.
    private func running() -> MonitoredStream {
        var stream = MonitoredStream()
        stream.run(milliseconds: 1_000)
        return stream
    }

    @Test("finds nothing in a clean stream")
    func clean() {
        var stream = MonitoredStream()
        stream.run(milliseconds: 20_000)
        #expect(stream.faults == TSFaults())
        #expect(stream.snapshot.crcErrors == 0 && stream.snapshot.syncLosses == 0)
        #expect(stream.snapshot.continuityErrors == 0 && stream.snapshot.packets == 20_000)
    }

    @Test(
        "counts a PAT or a PMT that comes too late, and one each time that long without any",
        arguments: [(400, 0), (600, 1), (1_000, 1), (1_200, 2), (3_100, 5)] as [(Int, UInt64)]
    )
    func tablesLate(absence: Int, errors: UInt64) {
        var stream = running()
        stream.run(without: .pat, milliseconds: absence)
        stream.run(milliseconds: 1_000)
        var expected = TSFaults()
        expected.patErrors = errors
        #expect(stream.faults == expected)
        stream.run(without: .pmt, milliseconds: absence)
        stream.run(milliseconds: 1_000)
        expected.pmtErrors = errors
        #expect(stream.faults == expected)
    }

    @Test("counts a PAT that never comes")
    func noTables() {
        var stream = MonitoredStream()
        stream.without = [.pat]
        stream.run(milliseconds: 2_000)
        var expected = TSFaults()
        expected.patErrors = 3
        #expect(stream.faults == expected)
    }

    @Test("counts what does not belong on PID 0, and scrambled tables")
    func tablesBroken() {
        var stream = running()
        stream.send(TestPackets.section(tableID: 0x40, extension: 1, body: [0xF0, 0]), pid: 0)
        var expected = TSFaults()
        expected.patErrors = 1
        #expect(stream.faults == expected)
        stream.send(TestPackets.pat([(1, MonitoredStream.mapPID)]), pid: 0) { $0[0][3] |= 0x80 }
        expected.patErrors = 2
        stream.send(TestPackets.pmt(stream.streams), pid: MonitoredStream.mapPID) { $0[0][3] |= 0xC0 }
        expected.pmtErrors = 1
        #expect(stream.faults == expected)
        stream.run(milliseconds: 1_000)
        // Where packets are scrambled there must be a CAT.
        expected.catErrors = 1
        #expect(stream.faults == expected)
    }

    @Test("counts a PMT of each program apart, and none of a program that is gone")
    func programs() {
        var stream = running()
        let two = TestPackets.pat([(1, MonitoredStream.mapPID), (2, 0x1001)], version: 1)
        let one = TestPackets.pat([(1, MonitoredStream.mapPID)], version: 2)
        stream.without = [.pat]
        for _ in 0..<13 {
            stream.send(two, pid: 0)
            stream.run(milliseconds: 100)
        }
        var expected = TSFaults()
        expected.pmtErrors = 2
        #expect(stream.faults == expected)
        for _ in 0..<20 {
            stream.send(one, pid: 0)
            stream.run(milliseconds: 100)
        }
        #expect(stream.faults == expected)
    }

    @Test("counts a stream that the PMT names and that does not come, and its PTS")
    func streamMissing() {
        var stream = running()
        stream.run(without: .audio, milliseconds: 6_000)
        stream.run(milliseconds: 1_000)
        var expected = TSFaults()
        expected.pidErrors = 1
        expected.ptsErrors = 7
        #expect(stream.faults == expected)
    }

    @Test("expects nothing of streams that come now and then")
    func sparseStreams() {
        var stream = MonitoredStream()
        stream.streams += [(0x86, 0x110, []), (0x06, 0x111, [])]
        stream.run(milliseconds: 15_000)
        #expect(stream.faults == TSFaults())
    }

    @Test("does not take PIDs beyond the limit for missing")
    func beyondTheLimit() {
        var stream = MonitoredStream()
        stream.inspector.inspect((0..<600).map { TestPackets.packet(pid: UInt16(0x200 + $0), counter: 0) })
        stream.run(milliseconds: 12_000)
        #expect(stream.faults.pidErrors == 0)
    }

    @Test(
        "counts PTS that are too far apart",
        arguments: [
            (.videoTime, 700, 0), (.videoTime, 900, 1), (.videoTime, 1_700, 2),
            (.audioTime, 900, 1),
        ] as [(MonitoredStream.Part, Int, UInt64)]
    )
    func presentationTimes(part: MonitoredStream.Part, absence: Int, errors: UInt64) {
        var stream = running()
        stream.run(without: part, milliseconds: absence)
        stream.run(milliseconds: 1_000)
        var expected = TSFaults()
        expected.ptsErrors = errors
        #expect(stream.faults == expected)
    }

    @Test("counts scrambled packets without a CAT, and no PTS that cannot be seen")
    func conditionalAccess() {
        let table = TestPackets.section(tableID: 1, extension: 0xFFFF, body: [9, 4, 6, 4, 0xE1, 0])
        var stream = running()
        stream.isScrambled = true
        for _ in 0..<10 {
            stream.send(table, pid: 1)
            stream.run(milliseconds: 400)
        }
        #expect(stream.faults == TSFaults())
        stream.run(milliseconds: 1_000)
        var expected = TSFaults()
        expected.catErrors = 2
        #expect(stream.faults == expected)
        // The last scrambled packets had none either.
        stream.isScrambled = false
        stream.run(milliseconds: 3_000)
        expected.catErrors = 3
        #expect(stream.faults == expected)
        stream.send(TestPackets.section(tableID: 0x40, extension: 1, body: [0xF0, 0]), pid: 1)
        expected.catErrors = 4
        #expect(stream.faults == expected)
    }

    @Test("does not count time in which nothing came", arguments: [300, 2_000, 3_600_000])
    func silence(milliseconds: Int) {
        var stream = running()
        // In the middle of the longest wait that is allowed.
        stream.run(without: .pat, milliseconds: 400)
        stream.pause(milliseconds: milliseconds)
        stream.clockOffset += UInt64(milliseconds) * 27_000
        stream.run(milliseconds: 3_000)
        #expect(stream.faults == TSFaults())
    }

    @Test("expects nothing of what was before another stream began")
    func restart() {
        var stream = running()
        stream.inspector.restart()
        var other = MonitoredStream()
        other.inspector = stream.inspector
        other.now = stream.now
        other.clockOffset = 99_000_000_000
        other.run(milliseconds: 3_000)
        #expect(other.faults == TSFaults())
    }

    @Test(
        "counts the sections whose checksum is wrong, of the tables that have one",
        arguments: [
            (0x01, 1, 1), (0x40, 0x10, 1), (0x41, 0x10, 1), (0x42, 0x11, 1), (0x46, 0x11, 1),
            (0x4A, 0x11, 1), (0x4E, 0x12, 1), (0x6F, 0x12, 1), (0x73, 0x14, 1), (0x70, 0x14, 0), (0x42, 0x13, 0),
        ] as [(UInt8, UInt16, UInt64)]
    )
    func checksums(tableID: UInt8, pid: UInt16, errors: UInt64) {
        var stream = running()
        let section = TestPackets.section(tableID: tableID, extension: 1, body: Array(repeating: 7, count: 900))
        stream.send(section, pid: pid)
        #expect(stream.snapshot.crcErrors == 0)
        stream.send(section, pid: pid) { $0[1][20] ^= 0x10 }
        stream.send(section, pid: pid)
        #expect(stream.snapshot.crcErrors == errors)
        // What was lost on the way is no wrong checksum.
        stream.send(section, pid: pid) { $0.remove(at: 1) }
        stream.send(section, pid: pid)
        #expect(stream.snapshot.crcErrors == errors)
        #expect(stream.faults == TSFaults())
    }
}
