/// Tells a packet from others by its bytes: a digest of 60 bits of all but the continuity counter, and the counter.
///
/// Made to be cheap, and so that packets of a stream are never taken for each other by accident. It is no defence against
/// a sender who looks for two that are.
struct PacketFingerprint: Hashable, Sendable {
    let bits: UInt64

    private static let counterMask: UInt64 = 0x0F
    /// Odd, with as many ones as zeros in no pattern.
    private static let keys: (UInt64, UInt64, UInt64, UInt64) = (
        0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0xD6E8_FEB8_6659_FD93
    )

    /// - Parameter base: 188 bytes.
    init(of base: UnsafeRawPointer) {
        @inline(__always) func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        let header = word(0)
        // The counter is the low half of the fourth byte.
        let counter = header >> 24 & Self.counterMask
        var left = Self.mix(header & ~(Self.counterMask << 24) ^ Self.keys.0, word(8) ^ Self.keys.1)
        var right = Self.mix(word(16) ^ Self.keys.2, word(24) ^ Self.keys.3)
        var offset = 32
        while offset < 160 {
            left = Self.mix(word(offset) ^ left, word(offset + 8) ^ Self.keys.1)
            right = Self.mix(word(offset + 16) ^ right, word(offset + 24) ^ Self.keys.3)
            offset += 32
        }
        // The last 28 bytes in four words, two of which overlap.
        left = Self.mix(word(160) ^ left, word(168) ^ Self.keys.1)
        right = Self.mix(word(172) ^ right, word(180) ^ Self.keys.3)
        bits = Self.mix(left ^ Self.keys.0, right ^ Self.keys.2) & ~Self.counterMask | counter
    }

    fileprivate init() { bits = 0 }

    /// Without the continuity counter.
    var content: UInt64 { bits & ~Self.counterMask }
    var counter: UInt8 { UInt8(truncatingIfNeeded: bits & Self.counterMask) }

    /// Both halves of the product: each bit of either word moves about half of the result's.
    @inline(__always)
    private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}

/// What a merger needs to know of a packet.
struct PacketIdentity: Sendable {
    struct Traits: OptionSet, Sendable {
        let rawValue: UInt8

        /// A null packet: each is like the next.
        static let null = Traits(rawValue: 1)
        /// Null packets and the beginnings of tables come again and again the same. They tell no place in the stream.
        static let recurs = Traits(rawValue: 2)
        /// Its PID is one that counts, and so does the packet.
        static let counts = Traits(rawValue: 4)
        /// `discontinuity_indicator`: the counter may jump here.
        static let discontinuous = Traits(rawValue: 8)
        /// Something is missing before it.
        static let afterGap = Traits(rawValue: 16)
        /// The gap before it was told, not found.
        static let gapAnnounced = Traits(rawValue: 32)
    }

    /// Of no packet.
    static let none = PacketIdentity()

    let fingerprint: PacketFingerprint
    let pid: UInt16
    var traits: Traits

    private init() {
        fingerprint = PacketFingerprint()
        pid = TSPacket.nullPID
        traits = .recurs
    }

    init(_ packet: TSPacket) {
        fingerprint = PacketFingerprint(of: packet.base)
        pid = packet.pid
        traits = []
        if pid == TSPacket.nullPID {
            traits = [.null, .recurs]
        } else if !packet.hasTransportError {
            if packet.hasPayload { traits.insert(.counts) }
            if packet.isDiscontinuous { traits.insert(.discontinuous) }
            if packet.startsPayloadUnit, !Self.startsPES(packet) { traits.insert(.recurs) }
        }
    }

    /// A payload unit that does not begin as a PES packet begins with a section, ISO/IEC 13818-1 §2.4.3.3.
    private static func startsPES(_ packet: TSPacket) -> Bool {
        guard !packet.isScrambled, let offset = packet.payloadOffset, offset + 3 <= TSPacket.byteCount else {
            return true
        }
        return packet.byte(offset) == 0 && packet.byte(offset + 1) == 0 && packet.byte(offset + 2) == 1
    }
}
