import CLibCrypto
import Glibc
import Synchronization

/// AES in counter mode (NIST SP 800-38A §6.5) for libsrt, by the processor's AES instructions.
///
/// libsrt's OpenSSL flavour encrypts each packet with `CRYPTO_ctr128_encrypt` and `AES_encrypt`, block by block in plain
/// instructions: most of what an encrypted stream costs. OpenSSL's EVP interface has the fast code. libsrt offers no way
/// to choose it, so the executable defines `CRYPTO_ctr128_encrypt` itself: the dynamic linker resolves libsrt's call
/// here, and the work is handed to EVP. Calls that are not libsrt's AES go on to OpenSSL's own function, as does all of
/// it where EVP has no faster code than that. Nothing here is a cipher of our own.
enum CounterMode {
    /// The function that this one stands before.
    typealias Original =
        @convention(c) (
            UnsafePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, Int, UnsafeRawPointer?, UnsafeMutablePointer<UInt8>?,
            UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt32>?, UnsafeRawPointer?
        ) -> Void

    /// How OpenSSL keeps the cipher key in the first words of a key schedule: it differs between its implementations.
    private enum KeyLayout: Int {
        case unknown, bytes, swappedWords
    }

    private static let original: Original? = dlsym(nextInSearchOrder, "CRYPTO_ctr128_encrypt").map {
        unsafeBitCast($0, to: Original.self)
    }
    /// Where OpenSSL's AES is.
    private static let blockCipher = UInt(bitPattern: dlsym(nil, "AES_encrypt"))
    /// `RTLD_NEXT`, which is a macro that Swift does not import.
    private static var nextInSearchOrder: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: -1) }

    /// The `KeyLayout` once the fast way is known to be right, 0 before and when it is not to be had.
    private static let layout = Atomic(KeyLayout.unknown.rawValue)
    /// Calls with AES that went to the original.
    private static let plainCalls = Atomic(0)

    /// Whether packets go through the processor's AES instructions.
    static var isFast: Bool { layout.load(ordering: .relaxed) != KeyLayout.unknown.rawValue }

    /// Chooses the fast way if it gives the same result as the original; call it before the first connection.
    static func prepare() {
        guard !isFast, original != nil, blockCipher != 0 else { return }
        let key = (0..<32).map { UInt8($0 &* 7 &+ 3) }
        var schedule = AES_KEY()
        guard AES_set_encrypt_key(key, 128, &schedule) == 0 else { return }
        let found: KeyLayout = withUnsafeBytes(of: &schedule) { schedule in
            if schedule.prefix(16).elementsEqual(key.prefix(16)) { return .bytes }
            let swapped = (0..<16).map { key[$0 ^ 3] }
            return schedule.prefix(16).elementsEqual(swapped) ? .swappedWords : .unknown
        }
        guard found != .unknown else { return }
        let before = plainCalls.load(ordering: .relaxed)
        guard agrees(key, layout: found) else { return }
        // On a processor without such instructions EVP may come back here for each packet: no gain, and no end.
        guard plainCalls.load(ordering: .relaxed) == before else { return }
        layout.store(found.rawValue, ordering: .releasing)
    }

    /// Compares EVP with OpenSSL's block cipher over a packet with a partial block, for each key length.
    private static func agrees(_ key: [UInt8], layout: KeyLayout) -> Bool {
        let clear = (0..<1_311).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for count in [16, 24, 32] {
            var schedule = AES_KEY()
            guard AES_set_encrypt_key(key, Int32(count * 8), &schedule) == 0 else { return false }
            let start = (0..<16).map { UInt8(0xF0 | $0) }
            var fast = [UInt8](repeating: 0, count: clear.count)
            guard encrypt(clear, &fast, clear.count, &schedule, start, layout) else { return false }
            var counter = start
            var keystream = [UInt8](repeating: 0, count: 16)
            for offset in clear.indices {
                if offset % 16 == 0 {
                    AES_encrypt(counter, &keystream, &schedule)
                    advance(&counter, by: 1)
                }
                guard fast[offset] == clear[offset] ^ keystream[offset % 16] else { return false }
            }
        }
        return true
    }

    /// What `CRYPTO_ctr128_encrypt` does: encrypts `count` bytes, goes on where the last call ended within a block, and
    /// leaves the counter, the last block of keystream and how much of it is used for the next call.
    static func call(
        _ input: UnsafePointer<UInt8>?,
        _ output: UnsafeMutablePointer<UInt8>?,
        _ count: Int,
        _ schedule: UnsafeRawPointer?,
        _ counter: UnsafeMutablePointer<UInt8>?,
        _ keystream: UnsafeMutablePointer<UInt8>?,
        _ used: UnsafeMutablePointer<UInt32>?,
        _ block: UnsafeRawPointer?
    ) {
        let isAES = UInt(bitPattern: block) == blockCipher
        guard isAES, let layout = KeyLayout(rawValue: layout.load(ordering: .acquiring)),
            layout != .unknown, let input, let output, let schedule = schedule?.assumingMemoryBound(to: AES_KEY.self),
            let counter, let keystream, let used, used.pointee == 0,
            encrypt(input, output, count, schedule, counter, layout)
        else {
            if isAES { plainCalls.add(1, ordering: .relaxed) }
            original?(input, output, count, schedule, counter, keystream, used, block)
            return
        }
        advance(counter, by: count / 16)
        used.pointee = UInt32(count % 16)
        if count % 16 > 0 {
            AES_encrypt(counter, keystream, schedule)
            advance(counter, by: 1)
        }
    }

    /// - Returns: False when EVP refused; nothing was written then.
    private static func encrypt(
        _ input: UnsafePointer<UInt8>,
        _ output: UnsafeMutablePointer<UInt8>,
        _ count: Int,
        _ schedule: UnsafePointer<AES_KEY>,
        _ counter: UnsafePointer<UInt8>,
        _ layout: KeyLayout
    ) -> Bool {
        guard let key = CipherKey(schedule, wordsAreSwapped: layout == .swappedWords),
            let length = Int32(exactly: count),
            let context = CipherContexts.ofThisThread.context(for: key, counter: counter)
        else { return false }
        var written: Int32 = 0
        return EVP_EncryptUpdate(context, output, &written, input, length) == 1 && written == length
    }

    /// The counter is a big-endian number of 128 bits that wraps.
    private static func advance(_ counter: UnsafeMutablePointer<UInt8>, by blocks: Int) {
        var rest = blocks
        for index in (0..<16).reversed() where rest > 0 {
            rest += Int(counter[index])
            counter[index] = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
        }
    }
}

/// Stands before OpenSSL's function of that name in this process; see `CounterMode`.
@_cdecl("CRYPTO_ctr128_encrypt")
public func encryptInCounterMode(
    _ input: UnsafePointer<UInt8>?,
    _ output: UnsafeMutablePointer<UInt8>?,
    _ count: Int,
    _ schedule: UnsafeRawPointer?,
    _ counter: UnsafeMutablePointer<UInt8>?,
    _ keystream: UnsafeMutablePointer<UInt8>?,
    _ used: UnsafeMutablePointer<UInt32>?,
    _ block: UnsafeRawPointer?
) {
    CounterMode.call(input, output, count, schedule, counter, keystream, used, block)
}
