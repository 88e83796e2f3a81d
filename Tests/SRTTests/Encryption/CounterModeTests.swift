import CLibCrypto
import Foundation
import Glibc
import Testing

@testable import SRT

/// The function as libsrt calls it, found as the dynamic linker finds it.
private typealias Encrypt =
    @convention(c) (
        UnsafePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, Int, UnsafeRawPointer?, UnsafeMutablePointer<UInt8>?,
        UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt32>?, UnsafeRawPointer?
    ) -> Void

@Suite("AES in counter mode")
struct CounterModeTests {
    private struct State {
        var schedule = AES_KEY()
        var counter: [UInt8]
        var keystream = [UInt8](repeating: 0, count: 16)
        var used: UInt32 = 0

        init(key: [UInt8], counter: [UInt8]) {
            self.counter = counter
            #expect(AES_set_encrypt_key(key, Int32(key.count * 8), &schedule) == 0)
        }
    }

    private static func run(_ function: Encrypt, _ clear: [UInt8], _ state: inout State) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: clear.count)
        function(
            clear,
            &output,
            clear.count,
            &state.schedule,
            &state.counter,
            &state.keystream,
            &state.used,
            UnsafeRawPointer(dlsym(nil, "AES_encrypt"))
        )
        return output
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex)
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }

    /// Whichever function of that name comes first, as for libsrt.
    private static func found() throws -> Encrypt {
        unsafeBitCast(try #require(dlsym(nil, "CRYPTO_ctr128_encrypt")), to: Encrypt.self)
    }

    private static func original() throws -> Encrypt {
        let next = UnsafeMutableRawPointer(bitPattern: -1)
        return unsafeBitCast(try #require(dlsym(next, "CRYPTO_ctr128_encrypt")), to: Encrypt.self)
    }

    @Test("libsrt's calls arrive here, and take the fast way where the processor has AES instructions")
    func isInTheWay() throws {
        CounterMode.prepare()
        let found = unsafeBitCast(try Self.found(), to: UnsafeRawPointer.self)
        #expect(found != unsafeBitCast(try Self.original(), to: UnsafeRawPointer.self))
        let processor = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        if processor.contains(" aes ") { #expect(CounterMode.isFast) }
    }

    @Test(
        "NIST SP 800-38A, examples F.5.1, F.5.3 and F.5.5",
        arguments: [
            ("2b7e151628aed2a6abf7158809cf4f3c", "874d6191b620e3261bef6864990db6ce"),
            ("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "1abc932417521ca24f2b0459fe7e6e0b"),
            (
                "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                "601ec313775789a5b7a7f504bbf3d228"
            ),
        ]
    )
    func knownAnswers(key: String, expected: String) throws {
        CounterMode.prepare()
        var state = State(key: Self.bytes(key), counter: Self.bytes("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"))
        let clear = Self.bytes("6bc1bee22e409f96e93d7e117393172a")
        #expect(Self.run(try Self.found(), clear, &state) == Self.bytes(expected))
    }

    @Test("Result and state are the original's, for whole and partial blocks, in pieces, and when the counter wraps")
    func equalsOriginal() throws {
        CounterMode.prepare()
        let function = try Self.found()
        let original = try Self.original()
        let counters = [[UInt8](repeating: 0, count: 16), [UInt8](repeating: 0xFF, count: 16)]
        for keyLength in [16, 24, 32] {
            for counter in counters {
                let key = (0..<keyLength).map { UInt8(truncatingIfNeeded: $0 &* 77 &+ 5) }
                var ours = State(key: key, counter: counter)
                var theirs = State(key: key, counter: counter)
                for count in [1_316, 1, 15, 16, 0, 188, 3, 1_456, 4_112] {
                    let clear = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 13) }
                    #expect(Self.run(function, clear, &ours) == Self.run(original, clear, &theirs), "\(count) bytes")
                    #expect(ours.counter == theirs.counter)
                    #expect(ours.used == theirs.used)
                    if ours.used > 0 { #expect(ours.keystream == theirs.keystream) }
                }
            }
        }
    }

    @Test("More keys than a thread keeps contexts for, and threads at the same time")
    func manyKeys() async throws {
        CounterMode.prepare()
        await withTaskGroup(of: Bool.self) { group in
            for worker in 0..<4 {
                group.addTask { (try? Self.agrees(worker: worker)) ?? false }
            }
            for await isSame in group { #expect(isSame) }
        }
    }

    private static func agrees(worker: Int) throws -> Bool {
        let function = try found()
        let original = try original()
        for round in 0..<500 {
            let key = (0..<16).map { UInt8(truncatingIfNeeded: ($0 &* 31 &+ round % 100) ^ worker) }
            var ours = State(key: key, counter: [UInt8](repeating: UInt8(round % 256), count: 16))
            var theirs = ours
            let clear = [UInt8](repeating: 0x47, count: 188)
            guard run(function, clear, &ours) == run(original, clear, &theirs) else { return false }
        }
        return true
    }
}
