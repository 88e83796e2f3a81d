import Cryptography

/// SHA-256 in lower-case hex: what decides whether a file changed.
enum ContentHash {
    private static let digits = Array("0123456789abcdef".utf8)

    static func hex(of bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: SHA256.byteCount * 2) { text in
            var count = 0
            for byte in SHA256.digest(of: bytes) {
                text[count] = digits[Int(byte >> 4)]
                text[count + 1] = digits[Int(byte & 0xf)]
                count += 2
            }
            return count
        }
    }
}
