import Media
import Testing

@testable import MPEGTS

@Suite("Packets that wait")
struct HeldPacketsTests {
    private static func append(_ numbers: Range<Int>, to held: inout HeldPackets, afterGap: Set<Int> = []) {
        for number in numbers {
            packet(number).withUnsafeBytes { bytes in
                guard let packet = TSPacket(bytes) else { return }
                var identity = PacketIdentity(packet)
                if afterGap.contains(number) { identity.traits.insert(.afterGap) }
                held.append(packet, PacketTrail.Entry(identity: identity, arrival: .zero, sent: .zero, of: .first))
            }
        }
    }

    private static func packet(_ number: Int) -> [UInt8] {
        TestPackets.packet(pid: 0x100, counter: number, payload: [UInt8(number & 0xFF), UInt8(number >> 8)])
    }

    private static func first(_ count: Int, of held: HeldPackets) -> [[UInt8]] {
        var packets: [[UInt8]] = []
        held.forEachRun(ofFirst: count) { packets += MergeSimulation.cut($0) }
        return packets
    }

    @Test(
        "come out as they went in, also when the memory grew in the middle of a round",
        arguments: [0, 10, 63, 64, 500]
    )
    func order(gone: Int) {
        var held = HeldPackets()
        var next = 0
        while next < gone {
            Self.append(next..<next + 1, to: &held)
            held.removeFirst(1)
            next += 1
        }
        Self.append(next..<next + 50, to: &held)
        held.removeFirst(20)
        Self.append(next + 50..<next + 300, to: &held)
        #expect(held.count == 280)
        #expect(Self.first(280, of: held) == (next + 20..<next + 300).map(Self.packet))
        #expect(Self.first(3, of: held) == (next + 20..<next + 23).map(Self.packet))
        held.removeFirst(280)
        #expect(held.isEmpty && held.first == nil)
        #expect(Self.first(1, of: held) == [])
    }

    @Test("are cut where something is missing")
    func segments() {
        var held = HeldPackets()
        #expect(held.segmentLength(limit: .max) == 0)
        Self.append(0..<20, to: &held, afterGap: [0, 7, 8])
        #expect(held.segmentLength(limit: .max) == 7)
        #expect(held.segmentLength(limit: 3) == 3)
        #expect(held.segmentLength(limit: 0) == 0)
        held.removeFirst(7)
        #expect(held.segmentLength(limit: .max) == 1)
        held.removeFirst(1)
        #expect(held.segmentLength(limit: .max) == 12)
        held.removeFirst(12)
        #expect(held.segmentLength(limit: .max) == 0)
        // Many of them, while others go.
        Self.append(0..<500, to: &held, afterGap: Set(0..<500))
        for gone in 0..<499 {
            #expect(held.segmentLength(limit: .max) == 1)
            Self.append(500 + gone..<501 + gone, to: &held)
            held.removeFirst(1)
        }
        #expect(held.segmentLength(limit: .max) == 500)
    }

    @Test("give their memory back when it is much")
    func memory() {
        var held = HeldPackets()
        Self.append(0..<2000, to: &held)
        #expect(held.reservedByteCount == 2048 * 188)
        held.removeFirst(2000)
        #expect(held.reservedByteCount == 0)
    }
}
