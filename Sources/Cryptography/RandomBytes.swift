import CLibCrypto

/// Bytes that nobody can foresee, from OpenSSL's generator.
public enum RandomBytes {
    public static func make(_ count: Int) -> [UInt8] {
        // An array without capacity is one that the whole process shares; nothing is written to it.
        guard count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
            precondition(RAND_bytes(bytes.baseAddress, Int32(count)) == 1, "no random numbers are available")
            initialized = count
        }
    }
}
