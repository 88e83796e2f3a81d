import CLibCrypto

/// A keyed digest, RFC 2104 with SHA-256, by OpenSSL.
public enum HMACSHA256 {
    public static let byteCount = 32

    public static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { code, count in
            var length: UInt32 = 0
            let result = HMAC(
                EVP_sha256(),
                key,
                Int32(key.count),
                message,
                message.count,
                code.baseAddress,
                &length
            )
            precondition(result != nil && length == UInt32(byteCount), "HMAC-SHA-256 is not available")
            count = byteCount
        }
    }
}
