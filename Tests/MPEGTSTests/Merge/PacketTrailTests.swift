import HeadgateTestKit
import Media
import Testing

@testable import MPEGTS

@Suite("Packets known by their content")
struct PacketTrailTests {
    private static func entry(_ packet: [UInt8], milliseconds: Double = 0) -> PacketTrail.Entry {
        let identity = packet.withUnsafeBytes { TSPacket($0).map { PacketIdentity($0) } } ?? .none
        let time = TestMerger.time(milliseconds)
        return PacketTrail.Entry(identity: identity, arrival: time, sent: time, of: .first)
    }

    private static func video(_ number: Int, counter: Int? = nil) -> PacketTrail.Entry {
        let payload = withUnsafeBytes(of: UInt32(number)) { Array($0) }
        return entry(TestPackets.packet(pid: 0x100, counter: counter ?? number, payload: payload))
    }

    @Test("a fingerprint changes with each bit but the counter's, and the counter is told apart")
    func fingerprints() {
        var generator = SeededGenerator(seed: 4)
        var packet = TestPackets.packet(pid: 0x100, counter: 5, payload: generator.bytes(184))
        let former = Self.entry(packet).identity.fingerprint
        var seen: Set = [former.content]
        for bit in 8..<188 * 8 {
            packet[bit / 8] ^= 1 << UInt8(bit % 8)
            let fingerprint = Self.entry(packet).identity.fingerprint
            if bit / 8 == 3, bit % 8 < 4 {
                #expect(fingerprint.content == former.content)
                #expect(fingerprint.counter == packet[3] & 0xF)
            } else {
                #expect(seen.insert(fingerprint.content).inserted)
                #expect(fingerprint.counter == former.counter)
            }
            packet[bit / 8] ^= 1 << UInt8(bit % 8)
        }
    }

    @Test("finds the only packet with some content, while it is known", arguments: [10, 255, 256, 257, 3000])
    func finds(count: Int) {
        var trail = PacketTrail(maximumCount: 4096)
        for number in 0..<count { trail.append(Self.video(number)) }
        let begin = trail.start
        for number in 0..<count {
            #expect(trail.occurrence(of: Self.video(number).identity.fingerprint) == .once(begin + number))
        }
        #expect(trail.occurrence(of: Self.video(count).identity.fingerprint) == .never)
        trail.removeFirst(5)
        #expect(trail.occurrence(of: Self.video(4).identity.fingerprint) == .never)
        #expect(trail.occurrence(of: Self.video(5).identity.fingerprint) == .once(begin + 5))
        trail.removeAll()
        #expect(trail.isEmpty)
        #expect(trail.occurrence(of: Self.video(5).identity.fingerprint) == .never)
    }

    @Test("holds on while packets come and go")
    func slides() {
        var trail = PacketTrail(maximumCount: 256)
        for number in 0..<2000 {
            if trail.isFull { trail.removeFirst() }
            trail.append(Self.video(number))
        }
        #expect(trail.count == 256)
        for number in 0..<2000 {
            let expected: PacketTrail.Occurrence = number < 1744 ? .never : .once(trail.start + number - 1744)
            #expect(trail.occurrence(of: Self.video(number).identity.fingerprint) == expected)
        }
    }

    @Test("content that comes twice, or with another counter, tells no place")
    func unclear() {
        var trail = PacketTrail(maximumCount: 1024)
        trail.append(Self.video(1))
        #expect(trail.occurrence(of: Self.video(1, counter: 2).identity.fingerprint) == .unclear)
        trail.append(Self.video(2))
        trail.append(Self.video(1, counter: 3))
        for counter in 1...3 {
            #expect(trail.occurrence(of: Self.video(1, counter: counter).identity.fingerprint) == .unclear)
        }
        #expect(trail.occurrence(of: Self.video(2).identity.fingerprint) == .once(trail.start + 1))
        // And it does not hide others, however often it comes.
        for counter in 0..<500 { trail.append(Self.video(1, counter: counter)) }
        #expect(trail.occurrence(of: Self.video(2).identity.fingerprint) == .once(trail.start + 1))
        #expect(trail.occurrence(of: Self.video(1).identity.fingerprint) == .unclear)
    }

    @Test("tables are known by content and counter, from a position on")
    func tables() {
        var trail = PacketTrail(maximumCount: 256)
        let tables = (0..<4).map {
            Self.entry(
                TestPackets.packet(pid: 0, counter: $0, starts: true, payload: [0] + TestPackets.pat([(1, 0x1000)]))
            )
        }
        for table in tables.prefix(3) { trail.append(table) }
        #expect(tables.allSatisfy { $0.identity.traits.contains(.recurs) })
        for (number, table) in tables.enumerated() {
            #expect(trail.mayHold(table.identity, from: trail.start, notOf: .second) == (number < 3))
            #expect(trail.mayHold(table.identity, from: trail.start + 2, notOf: .second) == (number == 2))
            #expect(!trail.mayHold(table.identity, from: trail.start, notOf: .first))
        }
        trail.append(Self.entry(TestPackets.null))
        #expect(!trail.mayHold(Self.entry(TestPackets.null).identity, from: trail.start, notOf: .second))
    }

    @Test("null packets and beginnings of tables recur, those of PES packets do not")
    func traits() {
        #expect(Self.entry(TestPackets.null).identity.traits == [.null, .recurs])
        let pes = TestPackets.packet(pid: 0x100, counter: 0, starts: true, payload: TestPackets.pes(pts: 1))
        #expect(Self.entry(pes).identity.traits == .counts)
        let damaged = TestPackets.packet(pid: 0x100, counter: 0, isDamaged: true)
        #expect(Self.entry(damaged).identity.traits == [])
        let clock = TestPackets.packet(pid: 0x100, counter: 0, hasPayload: false, isDiscontinuous: true)
        #expect(Self.entry(clock).identity.traits == .discontinuous)
    }

    @Test("tells what begins in the middle of what")
    func begins() {
        var (one, other) = (PacketTrail(maximumCount: 256), PacketTrail(maximumCount: 256))
        for number in 0..<10 { one.append(Self.video(number)) }
        for number in 7..<20 { other.append(Self.video(number)) }
        let (oneRange, otherRange) = (one.start..<one.end, other.start..<other.end)
        #expect(other.begins(otherRange, within: one, oneRange))
        #expect(!one.begins(oneRange, within: other, otherRange))
        #expect(!other.begins(otherRange, within: one, oneRange.dropLast(3)))
        // What differs at the end is no continuation.
        one.append(Self.video(30))
        #expect(!other.begins(otherRange, within: one, one.start..<one.end))
    }
}

@Suite("Continuity counters of a whole stream")
struct ContinuityMapTests {
    private static func identity(
        _ counter: Int,
        payload: UInt8 = 1,
        pid: UInt16 = 0x100,
        hasPayload: Bool = true,
        isDiscontinuous: Bool = false
    ) -> PacketIdentity {
        let packet = TestPackets.packet(
            pid: pid,
            counter: counter,
            hasPayload: hasPayload,
            isDiscontinuous: isDiscontinuous,
            payload: [payload]
        )
        return packet.withUnsafeBytes { TSPacket($0).map { PacketIdentity($0) } } ?? .none
    }

    static let vectors: [(former: Int, next: PacketIdentity, missing: Int)] = [
        (3, identity(4), 0), (15, identity(0), 0), (3, identity(5), 1), (3, identity(3), 0),
        (3, identity(3, payload: 2), 15), (3, identity(2), 14), (3, identity(9, isDiscontinuous: true), 0),
        (3, identity(9, hasPayload: false), 0), (3, identity(9, pid: 0x1FFF), 0), (3, identity(9, pid: 0x101), 0),
    ]

    @Test("tells how many are missing", arguments: vectors)
    func missing(_ vector: (former: Int, next: PacketIdentity, missing: Int)) {
        var map = ContinuityMap()
        #expect(map.packetReceived(Self.identity(vector.former)) == 0)
        #expect(map.isFollowed(by: vector.next, forgiving: false) == (vector.missing == 0))
        #expect(map.packetReceived(vector.next) == vector.missing)
    }

    @Test("a packet may be repeated once")
    func repeated() {
        var map = ContinuityMap()
        #expect([1, 1, 1, 2].map { map.packetReceived(Self.identity($0)) } == [0, 0, 15, 0])
    }

    @Test("a gap of which one PID told before is no news of another")
    func forgives() {
        var map = ContinuityMap()
        for pid: UInt16 in [0x100, 0x101] { _ = map.packetReceived(Self.identity(1, pid: pid)) }
        map.noteGap()
        #expect(map.isFollowed(by: Self.identity(4, pid: 0x101), forgiving: true))
        #expect(!map.isFollowed(by: Self.identity(4, pid: 0x101), forgiving: false))
        #expect(map.packetReceived(Self.identity(4, pid: 0x101)) == 2)
        #expect(!map.isFollowed(by: Self.identity(6, pid: 0x101), forgiving: true))
        #expect(map.distance(to: Self.identity(6, pid: 0x101)) == 1)
        #expect(map.last(pid: 0x101) == 4)
        #expect(map.last(pid: 0x102) == nil)
        map.removeAll()
        #expect(map.last(pid: 0x101) == nil)
    }
}
