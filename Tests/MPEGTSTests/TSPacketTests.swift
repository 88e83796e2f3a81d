import MPEGTS
import Media
import Testing

@Suite("A packet's header")
struct TSPacketTests {
    @Test("names the fields of the header")
    func fields() throws {
        let bytes = TestPackets.packet(
            pid: 0x1234,
            counter: 11,
            starts: true,
            isDiscontinuous: true,
            isRandomAccess: true,
            clock: 123_456_789,
            payload: [1, 2, 3]
        )
        try bytes.withUnsafeBytes { bytes in
            let packet = try #require(TSPacket(bytes))
            #expect(packet.pid == 0x1234)
            #expect(packet.continuityCounter == 11)
            #expect(packet.startsPayloadUnit && packet.isDiscontinuous && packet.isRandomAccessPoint)
            #expect(!packet.hasTransportError && !packet.isScrambled)
            #expect(packet.clockReference?.ticks == 123_456_789)
            #expect(packet.payload?.count == 176)
            #expect(packet.payload?.first == 1)
        }
    }

    @Test("refuses too few bytes and another first byte", arguments: [0, 1, 187])
    func refuses(count: Int) {
        #expect(Array(TestPackets.null.prefix(count)).withUnsafeBytes { TSPacket($0) == nil })
        #expect(([0x46] + TestPackets.null.dropFirst()).withUnsafeBytes { TSPacket($0) == nil })
    }

    @Test("has no payload when the adaptation field claims more than there is", arguments: [183, 184, 255])
    func adaptationTooLong(length: UInt8) {
        var bytes = TestPackets.packet(pid: 1, counter: 0, clock: 0)
        bytes[4] = length
        #expect(bytes.withUnsafeBytes { TSPacket($0)?.payload == nil })
    }

    @Test("finds a random access point of one PID among the packets of a payload")
    func randomAccess() {
        let packets = [
            TestPackets.packet(pid: 0x101, counter: 0, starts: true, isRandomAccess: true),
            TestPackets.packet(pid: 0x100, counter: 0, starts: true, isRandomAccess: true),
        ]
        let payload = Array(packets.joined())
        #expect(payload.withUnsafeBytes { TSPacket.containsRandomAccess(in: $0, pid: 0x100) })
        #expect(!packets[0].withUnsafeBytes { TSPacket.containsRandomAccess(in: $0, pid: 0x100) })
    }
}

@Suite("Clock references and timestamps")
struct ClockReferenceTests {
    @Test("measure the shorter way around the wrap")
    func wrap() {
        let period = ClockReference.period
        let late = ClockReference(ticks: period - 10)
        #expect(ClockReference(ticks: 5).ticks(since: late) == 15)
        #expect(late.ticks(since: ClockReference(ticks: 5)) == -15)
        #expect(late.advanced(by: 15).ticks == 5)
        #expect(late.advanced(by: .max).ticks < period)
        #expect(PESTimestamp(ticks: 3).ticks(since: PESTimestamp(ticks: (1 << 33) - 4)) == 7)
    }
}
