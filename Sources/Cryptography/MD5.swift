import CLibCrypto

/// The MD5 digest, RFC 1321, by OpenSSL. Only for protocols that leave no choice, such as Digest authentication as most
/// cameras and players know it.
public enum MD5 {
    public static let byteCount = 16

    public static func digest(of bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
            _ = CLibCrypto.MD5(bytes, bytes.count, digest.baseAddress)
            count = byteCount
        }
    }
}
