import CLibCrypto

/// The SHA-256 digest, FIPS 180-4, by OpenSSL.
public enum SHA256 {
    public static let byteCount = 32

    public static func digest(of bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
            _ = CLibCrypto.SHA256(bytes, bytes.count, digest.baseAddress)
            count = byteCount
        }
    }
}
