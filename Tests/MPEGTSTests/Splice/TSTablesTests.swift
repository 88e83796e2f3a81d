import Testing

@testable import MPEGTS

@Suite("Tables of spliced streams")
struct TSTablesTests {
    private typealias Stream = (type: UInt8, pid: UInt16, descriptors: [UInt8])

    private func tables(_ streams: [Stream], clockPID: UInt16 = 0x100, mapPID: UInt16 = 0x1000, version: UInt8 = 0)
        -> TSTables
    {
        var inspector = TSInspector()
        inspector.inspect(TestPackets.packets(of: TestPackets.pat([(1, mapPID)], version: version), pid: 0))
        let map = TestPackets.pmt(clockPID: clockPID, version: version, streams)
        inspector.inspect(TestPackets.packets(of: map, pid: mapPID))
        return inspector.tables
    }

    private let known: [(type: UInt8, pid: UInt16, descriptors: [UInt8])] = [(0x1B, 0x100, []), (0x0F, 0x101, [])]

    @Test("Streams of the same kinds and codecs are mapped, in order, with map and clock")
    func maps() {
        let other = tables([(0x1B, 0x200, []), (0x0F, 0x201, [])], clockPID: 0x200, mapPID: 0x20)
        #expect(other.pidMap(to: tables(known)) == [0x200: 0x100, 0x201: 0x101, 0x20: 0x1000])
    }

    @Test("The order of kinds does not matter")
    func mapsAcrossOrder() {
        let other = tables([(0x0F, 0x201, []), (0x1B, 0x200, [])], clockPID: 0x200, mapPID: 0x20)
        #expect(other.pidMap(to: tables(known))?[0x201] == 0x101)
    }

    @Test(
        "What a receiver would have to be told is not mapped",
        arguments: [
            [(0x24, 0x200, []), (0x0F, 0x201, [])],
            [(0x1B, 0x200, [])],
            [(0x1B, 0x200, []), (0x0F, 0x201, []), (0x0F, 0x202, [])],
            [(0x1B, 0x200, []), (0x11, 0x201, [])],
        ] as [[(UInt8, UInt16, [UInt8])]]
    )
    func doesNotMap(streams: [(UInt8, UInt16, [UInt8])]) {
        let other = tables(streams.map { ($0.0, $0.1, $0.2) }, clockPID: 0x200)
        #expect(other.pidMap(to: tables(known)) == nil)
    }

    @Test("A clock on another stream than before is not mapped")
    func clockElsewhere() {
        let other = tables([(0x1B, 0x200, []), (0x0F, 0x201, [])], clockPID: 0x201)
        #expect(other.pidMap(to: tables(known)) == nil)
    }

    @Test(
        "News have a version of their own and a right CRC, what is the same keeps its version",
        arguments: [0, 31] as [UInt8]
    )
    func versions(version: UInt8) {
        let former = tables(known, version: version)
        let next = tables([(0x24, 0x200, [])], clockPID: 0x200, version: version)
        let announced = next.announced(after: former)
        #expect(announced.association == former.association)
        let section = announced.programs[0].section
        #expect(section[5] >> 1 & 0x1F == (version + 1) & 0x1F)
        #expect(section.withUnsafeBytes(CyclicRedundancyCheck.value) == 0)
        #expect(former.announced(after: former) == former)
    }
}
