import CLibCrypto
import Glibc

/// The cipher contexts of one thread, each set up for a key: setting a key up costs more than encrypting a packet.
final class CipherContexts {
    /// A power of two. Streams whose keys fall on the same place set the key up anew for each packet.
    private static let slotCount = 64

    private struct Slot {
        var key: CipherKey?
        var context: OpaquePointer?
    }

    private static let threadKey: pthread_key_t = {
        var key = pthread_key_t()
        let code = pthread_key_create(&key) { contexts in
            guard let contexts else { return }
            Unmanaged<CipherContexts>.fromOpaque(contexts).release()
        }
        precondition(code == 0, "no thread-specific key is available")
        return key
    }()

    static var ofThisThread: CipherContexts {
        if let known = pthread_getspecific(threadKey) {
            return Unmanaged<CipherContexts>.fromOpaque(known).takeUnretainedValue()
        }
        let contexts = CipherContexts()
        pthread_setspecific(threadKey, Unmanaged.passRetained(contexts).toOpaque())
        return contexts
    }

    private var slots = [Slot](repeating: Slot(), count: slotCount)

    deinit {
        for slot in slots { EVP_CIPHER_CTX_free(slot.context) }
    }

    /// A context that encrypts with `key` from the block `counter` on; nil when OpenSSL refuses.
    func context(for key: CipherKey, counter: UnsafePointer<UInt8>) -> OpaquePointer? {
        // Keys are random, so any of their bits will do.
        let index = Int(key.words.0 & UInt64(Self.slotCount - 1))
        if slots[index].key == key, let context = slots[index].context {
            return EVP_EncryptInit_ex(context, nil, nil, nil, counter) == 1 ? context : nil
        }
        guard let context = slots[index].context ?? EVP_CIPHER_CTX_new() else { return nil }
        slots[index].context = context
        slots[index].key = nil
        let isReady = withUnsafeBytes(of: key.words) { words in
            EVP_EncryptInit_ex(context, key.cipher, nil, words.bindMemory(to: UInt8.self).baseAddress, counter) == 1
        }
        guard isReady else { return nil }
        slots[index].key = key
        return context
    }
}
