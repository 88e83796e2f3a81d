import CLibCrypto

/// Comparing secrets so that the time it takes does not tell where they differ.
public enum ConstantTime {
    /// Only the lengths show in the time.
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}
