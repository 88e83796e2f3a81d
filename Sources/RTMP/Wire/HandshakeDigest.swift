import Cryptography

/// The digests in the handshake of Flash Player 9 and later, which the RTMP specification does not have.
///
/// C1 and S1 hold an HMAC-SHA256 of their other bytes at a place that four of the bytes tell; S2 and C2 end with one
/// that proves the other end's digest was read. Players that send one may refuse H.264 from a server that does not.
struct HandshakeDigest: Hashable, Sendable {
    static let byteCount = 32

    /// Where the four bytes are that tell the place of the digest.
    enum Scheme: Int, CaseIterable {
        /// In the first half of the random bytes.
        case zero = 8
        /// In the second half.
        case one = 772

        /// How many places there are for the digest behind the four bytes.
        private static let placeCount = 728

        func offset(in block: [UInt8]) -> Int {
            let sum = block[rawValue..<rawValue + 4].reduce(0) { $0 + Int($1) }
            return rawValue + 4 + sum % Self.placeCount
        }
    }

    /// The keys are known to every client and server: they prove nothing.
    enum Key {
        static let player = Array("Genuine Adobe Flash Player 001".utf8)
        static let server = Array("Genuine Adobe Flash Media Server 001".utf8)
        /// The second half of the keys that sign S2 and C2.
        static let tail: [UInt8] = [
            0xF0, 0xEE, 0xC2, 0x4A, 0x80, 0x68, 0xBE, 0xE8, 0x2E, 0x00, 0xD0, 0xD1, 0x02, 0x9E, 0x7E, 0x57,
            0x6E, 0xEC, 0x5D, 0x2D, 0x29, 0x80, 0x6F, 0xAB, 0x93, 0xB8, 0xE6, 0x36, 0xCF, 0xEB, 0x31, 0xAE,
        ]
    }

    let scheme: Scheme
    let bytes: [UInt8]

    /// The digest in a block of 1,536 bytes, if there is a right one.
    init?(in block: [UInt8], key: [UInt8]) {
        for scheme in Scheme.allCases {
            let offset = scheme.offset(in: block)
            let digest = Self.digest(of: block, leavingOut: offset, key: key)
            if block[offset..<offset + Self.byteCount].elementsEqual(digest) {
                self.scheme = scheme
                self.bytes = digest
                return
            }
        }
        return nil
    }

    /// Puts the digest of a block of 1,536 bytes into it.
    static func sign(_ block: inout [UInt8], scheme: Scheme, key: [UInt8]) {
        let offset = scheme.offset(in: block)
        let digest = digest(of: block, leavingOut: offset, key: key)
        block.replaceSubrange(offset..<offset + byteCount, with: digest)
    }

    /// S2 or C2 to the end that sent this digest: random bytes, and the proof.
    func answer(random: [UInt8], key: [UInt8]) -> [UInt8] {
        let filler = Array(random[..<(Handshake.blockByteCount - Self.byteCount)])
        let proofKey = HMACSHA256.authenticate(bytes, key: key + Key.tail)
        return filler + HMACSHA256.authenticate(filler, key: proofKey)
    }

    private static func digest(of block: [UInt8], leavingOut offset: Int, key: [UInt8]) -> [UInt8] {
        HMACSHA256.authenticate(Array(block[..<offset] + block[(offset + byteCount)...]), key: key)
    }
}
