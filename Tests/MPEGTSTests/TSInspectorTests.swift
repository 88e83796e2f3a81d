import Media
import Testing

@testable import MPEGTS

@Suite("Inspecting a transport stream")
struct TSInspectorTests {
    /// Packets of one PID with these continuity counters, nil for one without payload.
    private func packets(_ counters: [Int]) -> [[UInt8]] {
        counters.map { TestPackets.packet(pid: 0x100, counter: $0) }
    }

    @Test("counts nothing before the first packet")
    func nothing() {
        #expect(TSInspector().snapshot() == TSSnapshot())
    }

    @Test("knows the programs and streams that the tables name")
    func tables() {
        let snapshot = TSInspector.inspecting(TestPackets.tables)
        #expect(snapshot.programs.map(\.number) == [1])
        #expect(snapshot.streams.map(\.pid) == [0x100, 0x101])
        #expect(snapshot.streams.map(\.codec.name) == ["H.264", "AAC"])
        #expect(snapshot.pcrPID == 0x100)
        #expect(snapshot.crcErrors == 0)
    }

    @Test(
        "counts continuity errors",
        arguments: [
            ([0, 1, 2, 3], 0, 0),
            ([14, 15, 0, 1], 0, 0),
            ([0, 1, 3, 4], 1, 0),
            ([0, 1, 1, 2], 0, 1),
            ([0, 1, 1, 1, 2], 1, 1),
            ([0, 1, 1, 2, 2, 3], 0, 2),
            ([5, 4], 1, 0),
        ] as [([Int], UInt64, UInt64)]
    )
    func continuity(counters: [Int], errors: UInt64, duplicates: UInt64) {
        let snapshot = TSInspector.inspecting(packets(counters))
        #expect(snapshot.continuityErrors == errors)
        #expect(snapshot.duplicatePackets == duplicates)
        #expect(snapshot.pids.first?.continuityErrors == errors)
    }

    @Test("accepts a jump that is announced, and packets without payload")
    func announced() {
        let snapshot = TSInspector.inspecting([
            TestPackets.packet(pid: 0x100, counter: 0),
            TestPackets.packet(pid: 0x100, counter: 0, hasPayload: false),
            TestPackets.packet(pid: 0x100, counter: 0, hasPayload: false),
            TestPackets.packet(pid: 0x100, counter: 1),
            TestPackets.packet(pid: 0x100, counter: 9, isDiscontinuous: true),
            TestPackets.packet(pid: 0x100, counter: 10),
        ])
        #expect(snapshot.continuityErrors == 0)
        #expect(snapshot.packets(of: 0x100) == 6)
    }

    @Test("does not look at the continuity of null packets")
    func nullPackets() {
        let snapshot = TSInspector.inspecting(Array(repeating: TestPackets.null, count: 20))
        #expect(snapshot.nullPackets == 20)
        #expect(snapshot.continuityErrors == 0)
    }

    @Test("counts damaged packets and believes nothing in them")
    func damaged() {
        let snapshot = TSInspector.inspecting([
            TestPackets.packet(pid: 0x100, counter: 0),
            TestPackets.packet(pid: 0x155, counter: 7, isDamaged: true),
            TestPackets.packet(pid: 0x100, counter: 1),
        ])
        #expect(snapshot.transportErrors == 1)
        #expect(snapshot.packets == 3)
        #expect(snapshot.pids.map(\.pid) == [0x100])
        #expect(snapshot.continuityErrors == 0)
    }

    @Test("counts a loss of sync once and finds the packets behind it")
    func syncLoss() {
        var bytes = Array(packets([0, 1]).joined())
        bytes += Array(repeating: 0, count: 55)
        bytes += Array(packets([2, 3, 4]).joined())
        var inspector = TSInspector()
        inspector.inspect(bytes)
        let snapshot = inspector.snapshot()
        #expect(snapshot.syncLosses == 1)
        #expect(snapshot.packets == 5)
        #expect(snapshot.continuityErrors == 0)
    }

    @Test("follows packets across payloads that do not start on one", arguments: [1, 100, 187, 189, 1456, 1472])
    func unaligned(size: Int) {
        let bytes = Array((TestPackets.tables + packets(Array(0..<100))).joined())
        var inspector = TSInspector()
        for start in stride(from: 0, to: bytes.count, by: size) {
            inspector.inspect(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        let snapshot = inspector.snapshot()
        #expect(snapshot.packets == 102)
        #expect(snapshot.syncLosses == 0)
        #expect(snapshot.continuityErrors == 0)
        #expect(snapshot.streams.count == 2)
    }

    @Test("goes on at the next payload when the rest of a packet was lost")
    func lostRest() {
        let bytes = Array(packets(Array(0..<14)).joined())
        var inspector = TSInspector()
        inspector.inspect(Array(bytes[..<1000]))
        inspector.inspect(Array(bytes[1316...]))
        #expect(inspector.snapshot().packets == 12)
        #expect(inspector.snapshot().syncLosses == 1)
    }

    @Test("puts a table together from several packets")
    func longTable() {
        let streams = (0..<100).map { (type: UInt8(0x1B), pid: UInt16(0x200 + $0), descriptors: [UInt8(0x52), 1, 0]) }
        let map = TestPackets.packets(of: TestPackets.pmt(streams), pid: 0x1000)
        #expect(map.count > 4)
        let tables = TestPackets.packets(of: TestPackets.pat([(1, 0x1000)]), pid: 0)
        #expect(TSInspector.inspecting(tables + map).streams.count == 100)
        var damaged = map
        damaged.remove(at: 2)
        let snapshot = TSInspector.inspecting(tables + damaged)
        #expect(snapshot.streams.isEmpty)
        #expect(snapshot.continuityErrors == 1)
        #expect(snapshot.crcErrors == 0)
    }

    @Test("counts a table with a wrong CRC and keeps the one before")
    func wrongCRC() {
        var broken = TestPackets.packets(of: TestPackets.pat([(2, 0x1001)], version: 1), pid: 0, counter: 1)
        broken[0][14] ^= 1
        let snapshot = TSInspector.inspecting(TestPackets.tables + broken)
        #expect(snapshot.crcErrors == 1)
        #expect(snapshot.programs.map(\.number) == [1])
    }

    @Test("takes a new version of a table and counts it")
    func newVersion() {
        let map = TestPackets.pmt(clockPID: 0x101, version: 1, [(0x24, 0x102, []), (0x0F, 0x101, [])])
        var packets = TestPackets.tables
        packets += TestPackets.packets(of: map, pid: 0x1000, counter: 1)
        packets += TestPackets.packets(of: map, pid: 0x1000, counter: 2)
        let snapshot = TSInspector.inspecting(packets)
        #expect(snapshot.tableVersionChanges == 1)
        #expect(snapshot.streams.map(\.codec.name) == ["H.265", "AAC"])
        #expect(snapshot.pcrPID == 0x101)
    }

    @Test("ignores a table that is not current yet")
    func notCurrent() {
        let next = TestPackets.section(tableID: 0, extension: 1, version: 1, isCurrent: false, body: [0, 9, 0xE1, 0])
        let snapshot = TSInspector.inspecting(
            TestPackets.tables + TestPackets.packets(of: next, pid: 0, counter: 1)
        )
        #expect(snapshot.programs.map(\.number) == [1])
    }

    @Test("joins a PAT of two sections")
    func twoSections() {
        let first = TestPackets.section(tableID: 0, extension: 1, section: 0, lastSection: 1, body: [0, 1, 0xF0, 0])
        let second = TestPackets.section(tableID: 0, extension: 1, section: 1, lastSection: 1, body: [0, 2, 0xF0, 1])
        let snapshot = TSInspector.inspecting(
            TestPackets.packets(of: first, pid: 0) + TestPackets.packets(of: second, pid: 0, counter: 1)
                + TestPackets.packets(of: first, pid: 0, counter: 2)
        )
        #expect(snapshot.programs.map(\.number) == [1, 2])
        #expect(snapshot.tableVersionChanges == 0)
    }

    @Test("follows no more programs and streams than the limits")
    func limits() {
        let programs = (0..<200).map { (number: UInt16($0 + 1), pid: UInt16(0x1000 + $0)) }
        let pat = TestPackets.packets(of: TestPackets.pat(programs), pid: 0)
        var packets = pat
        let streams = (0..<150).map { (type: UInt8(0x1B), pid: UInt16(0x100 + $0), descriptors: [UInt8]()) }
        for program in programs.prefix(3) {
            packets += TestPackets.packets(
                of: TestPackets.pmt(program: program.number, streams),
                pid: program.pid
            )
        }
        let snapshot = TSInspector.inspecting(packets)
        #expect(snapshot.programs.count == ProgramTables.maximumPrograms)
        #expect(snapshot.streams.count == ProgramTables.maximumStreams)
    }

    @Test("counts PIDs beyond the limit together")
    func manyPIDs() {
        let packets = (0..<1000).map { TestPackets.packet(pid: UInt16(0x100 + $0), counter: 3) }
        let snapshot = TSInspector.inspecting(packets + packets)
        #expect(snapshot.pids.count == TSInspector.maximumPIDs)
        #expect(snapshot.packets == 2000)
    }

    @Test("drops a section that claims to be longer than sections are")
    func longSection() {
        let long: [UInt8] = [0x00, 0xBF, 0xFF] + Array(repeating: 0, count: 5000)
        let packets = TestPackets.packets(of: long, pid: 0)
        #expect(TSInspector.inspecting(packets).programs.isEmpty)
        var assembler = SectionAssembler()
        var sections = 0
        for packet in packets {
            packet[4...].withUnsafeBytes {
                assembler.consume($0, startsUnit: packet[1] & 0x40 != 0) { _ in sections += 1 }
            }
        }
        #expect(sections == 0)
        #expect(SectionAssembler.maximumSectionBytes == 1024)
    }

    @Test("measures the clock's spacing, its jumps, and the rate of the multiplex")
    func clock() {
        var packets = TestPackets.tables
        // A PCR every 40 ms and 100 packets between: 188 * 8 * 100 / 0.04 bits per second.
        var counter = 0
        for index in 0..<60 {
            let time = UInt64(index) * 1_080_000 + (index >= 50 ? 270_000_000 : 0)
            packets.append(TestPackets.packet(pid: 0x100, counter: counter, clock: time))
            for _ in 0..<99 { packets.append(TestPackets.null) }
            counter += 1
        }
        let snapshot = TSInspector.inspecting(packets)
        #expect(snapshot.maximumPCRInterval == .milliseconds(40))
        #expect(snapshot.pcrDiscontinuities == 1)
        #expect(snapshot.muxBitrate == 3_760_000)
        #expect(snapshot.lastPCR?.ticks == 59 * 1_080_000 + 270_000_000)
    }

    @Test("sees random access points of video only")
    func randomAccess() {
        var inspector = TSInspector()
        inspector.inspect(TestPackets.tables)
        #expect(!inspector.sawVideoRandomAccess)
        inspector.inspect([TestPackets.packet(pid: 0x101, counter: 0, starts: true, isRandomAccess: true)])
        #expect(!inspector.sawVideoRandomAccess)
        inspector.inspect([TestPackets.packet(pid: 0x100, counter: 0, starts: true, isRandomAccess: true)])
        #expect(inspector.sawVideoRandomAccess)
        inspector.inspect([TestPackets.packet(pid: 0x100, counter: 1)])
        #expect(!inspector.sawVideoRandomAccess)
        #expect(inspector.hasVideo)
        #expect(inspector.carriesTables(pid: 0x1000) && !inspector.carriesTables(pid: 0x100))
    }

    @Test("is a value: a copy goes its own way")
    func copies() {
        var inspector = TSInspector()
        inspector.inspect(TestPackets.tables)
        var copy = inspector
        copy.inspect(packets([0, 5]))
        #expect(inspector.snapshot().packets == 2)
        #expect(copy.snapshot().packets == 4)
        #expect(inspector.snapshot().continuityErrors == 0)
    }

    @Test("keeps its storage from payload to payload")
    func storage() {
        var inspector = TSInspector()
        #expect(inspector.storage == nil)
        inspector.inspect(TestPackets.tables)
        let storage = inspector.storage
        for counter in 0..<10 { inspector.inspect(packets([counter])) }
        #expect(inspector.storage == storage)
    }
}
