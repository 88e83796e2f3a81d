import CLibCrypto

/// An AES key as it stands at the front of a key schedule, FIPS 197 §5.2: 16, 24 or 32 bytes.
struct CipherKey: Equatable {
    let byteCount: Int
    /// The bytes in the order of memory, with zeros behind a short key.
    private(set) var words: (UInt64, UInt64, UInt64, UInt64)

    /// Nil when the schedule has another number of rounds than AES has.
    init?(_ schedule: UnsafePointer<AES_KEY>, wordsAreSwapped: Bool) {
        switch schedule.pointee.rounds {
        case 10: byteCount = 16
        case 12: byteCount = 24
        case 14: byteCount = 32
        default: return nil
        }
        words = UnsafeRawPointer(schedule).loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
        if byteCount < 32 { words.3 = 0 }
        if byteCount < 24 { words.2 = 0 }
        guard wordsAreSwapped else { return }
        // Each 32-bit word by itself.
        func swapped(_ word: UInt64) -> UInt64 { word.byteSwapped << 32 | word.byteSwapped >> 32 }
        words = (swapped(words.0), swapped(words.1), swapped(words.2), swapped(words.3))
    }

    static func == (left: CipherKey, right: CipherKey) -> Bool {
        left.byteCount == right.byteCount && left.words == right.words
    }

    var cipher: OpaquePointer? {
        switch byteCount {
        case 16: EVP_aes_128_ctr()
        case 24: EVP_aes_192_ctr()
        default: EVP_aes_256_ctr()
        }
    }
}
