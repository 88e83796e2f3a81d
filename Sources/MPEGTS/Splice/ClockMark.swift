/// A packet with a PCR, known again by what is in it: where two streams have the same one they are the same stream, which
/// came on two ways.
public struct ClockMark: Hashable, Sendable {
    /// How many marks are kept: more than two seconds of a stream with a PCR every 30 ms.
    static let maximumCount = 96

    public var clock: ClockReference
    /// Of the whole packet.
    var digest: UInt64
    /// Its number among the packets of its stream.
    var packet: UInt64

    /// Whether both are one packet, that came twice.
    public func isSame(as other: ClockMark) -> Bool { clock == other.clock && digest == other.digest }

    /// FNV-1a over words: good enough for packets that have the same clock.
    static func digest(of packet: UnsafeRawPointer) -> UInt64 {
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        for offset in stride(from: 4, through: TSPacket.byteCount - 8, by: 8) {
            digest = (digest ^ packet.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x100_0000_01B3
        }
        return (digest ^ UInt64(packet.loadUnaligned(as: UInt32.self))) &* 0x100_0000_01B3
    }
}
