import Cryptography
import Testing

@Suite("Digests")
struct DigestTests {
    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(
        "SHA-256, the examples of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ]
    )
    func digest(text: String, expected: String) {
        #expect(Self.hex(SHA256.digest(of: Array(text.utf8))) == expected)
    }

    @Test(
        "MD5, the examples of RFC 1321 §A.5",
        arguments: [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ]
    )
    func oldDigest(text: String, expected: String) {
        #expect(Self.hex(MD5.digest(of: Array(text.utf8))) == expected)
    }

    @Test("HMAC-SHA-256, RFC 4231 test cases 2 and 6")
    func authentication() {
        let code = HMACSHA256.authenticate(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(Self.hex(code) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        let long = HMACSHA256.authenticate(
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            key: Array(repeating: 0xAA, count: 131)
        )
        #expect(Self.hex(long) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test("Secrets are equal, differ, or differ in length")
    func comparison() {
        #expect(ConstantTime.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(ConstantTime.areEqual([], []))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2, 4]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2]))
    }

    @Test("Random bytes are as many as asked for, and not the same twice")
    func randomness() {
        #expect(RandomBytes.make(0).isEmpty)
        let first = RandomBytes.make(32)
        #expect(first.count == 32)
        #expect(first != RandomBytes.make(32))
    }
}
