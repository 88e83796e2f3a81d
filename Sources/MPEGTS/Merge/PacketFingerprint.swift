/// Stands for the 188 bytes of a packet: packets with other bytes have another one, but for one pair in 2^64.
struct PacketFingerprint: Hashable, Sendable {
    /// Of no packet yet.
    static let none = PacketFingerprint(value: 0)

    private let value: UInt64

    private init(value: UInt64) { self.value = value }

    init(_ packet: TSPacket) {
        var mixed: UInt64 = 0x9E37_79B9_7F4A_7C15
        var offset = 0
        while offset + 8 <= TSPacket.byteCount {
            mixed = Self.mix(mixed ^ packet.base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        value = Self.mix(mixed ^ UInt64(packet.base.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }

    /// Both halves of a product, so that each bit of the word moves all the others.
    private static func mix(_ word: UInt64) -> UInt64 {
        let product = (word ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }
}
