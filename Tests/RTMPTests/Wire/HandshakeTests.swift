import NIOCore
import Testing

@testable import RTMP

@Suite("Handshake")
struct HandshakeTests {
    private static let random = (0..<1_528).map { UInt8(truncatingIfNeeded: $0 * 13 + 5) }
    private static let clientBlock = [0, 0, 1, 2, 0, 0, 0, 0] + (0..<1_528).map { UInt8($0 * 7 % 251) }
    private static let server = ServerHandshake(time: 0x1234, random: random)
    private static let client = ClientHandshake(time: 0x1234, random: random)

    /// What a signed C1 leads to, calculated with another implementation of HMAC.
    struct DigestVector: Sendable {
        let scheme: HandshakeDigest.Scheme
        let digest: String
        let serverOffset: Int
        let serverDigest: String
        let proof: String
    }

    /// C1 with a digest.
    private static func signedBlock(_ scheme: HandshakeDigest.Scheme) -> [UInt8] {
        var block: [UInt8] = [0, 0, 1, 2, 9, 0, 0x7C, 2]
        block += (0..<1_528).map { UInt8(($0 * 7 + scheme.rawValue) % 251) }
        HandshakeDigest.sign(&block, scheme: scheme, key: HandshakeDigest.Key.player)
        return block
    }

    @Test("of the server answers a simple client", arguments: pieceSizes)
    func simpleServer(pieceSize: Int) throws {
        var handshake = Self.server
        let input = ByteBuffer(bytes: [3] + Self.clientBlock + Array(repeating: 0xCC, count: 1_536) + [0x42, 0x43])
        var sent = ByteBuffer()
        var isDone = false
        var left: [UInt8] = []
        for var piece in input.cut(pieceSize) {
            let step = try handshake.received(&piece)
            if let reply = step.reply { sent.write(reply) }
            isDone = step.isDone
            left += Array(piece.readableBytesView)
        }
        let expected =
            [3, 0, 0, 0x12, 0x34, 0, 0, 0, 0] + Self.random
            + [0, 0, 1, 2, 0, 0, 0x12, 0x34] + Self.clientBlock[8...]
        #expect(sent == ByteBuffer(bytes: expected))
        #expect(isDone)
        #expect(left == [0x42, 0x43])
    }

    @Test("of the server waits for all of C1 and all of C2")
    func truncated() throws {
        var handshake = Self.server
        var almostC1 = ByteBuffer(bytes: [3] + Self.clientBlock.dropLast())
        #expect(try handshake.received(&almostC1) == HandshakeStep())
        var last = ByteBuffer(bytes: Self.clientBlock.suffix(1))
        #expect(try handshake.received(&last).reply?.readableBytes == 3_073)
        var almostC2 = ByteBuffer(repeating: 0, times: 1_535)
        #expect(try handshake.received(&almostC2) == HandshakeStep())
        var end = ByteBuffer(repeating: 0, times: 1)
        #expect(try handshake.received(&end) == HandshakeStep(isDone: true))
        var chunks = ByteBuffer(hex: "0203")
        #expect(try handshake.received(&chunks) == HandshakeStep(isDone: true))
        #expect(chunks.readableBytes == 2)
    }

    @Test(
        "of the server answers a digest with digests",
        arguments: [
            DigestVector(
                scheme: .zero,
                digest: "695557b8299d7f357b260d0b8373cb89f2f9b94f88b94d6fa930419e2c4f9998",
                serverOffset: 110,
                serverDigest: "4f2e20929ae7afe0bbaa7418a669fd13b76357e2ca4951dba6b6285699d87880",
                proof: "38d852cb4093d15e8c9afa8449abd66915d59aab3664667fd84dbd1f2ec19982"
            ),
            DigestVector(
                scheme: .one,
                digest: "7bf28703e051a852ad0d367c0d6f1b3c261ce54e4571c248a1e7a9aaad9f2171",
                serverOffset: 962,
                serverDigest: "7113786f5ed944b328f86eeb5fbac9f8260712ac54ca9346e8a1b21ecc623150",
                proof: "a2bb10cb25e0e8e7d28b84ccd201b4f1d6ad54ddb3189b54210f9fbd9d622db3"
            ),
        ]
    )
    func digestServer(_ vector: DigestVector) throws {
        let block = Self.signedBlock(vector.scheme)
        let found = try #require(HandshakeDigest(in: block, key: HandshakeDigest.Key.player))
        #expect(found.scheme == vector.scheme)
        #expect(ByteBuffer(bytes: found.bytes) == ByteBuffer(hex: vector.digest))

        var handshake = Self.server
        var input = ByteBuffer(bytes: [3] + block)
        let reply = try #require(try handshake.received(&input).reply)
        var serverBlock = [0, 0, 0x12, 0x34, 4, 5, 0, 1] + Self.random
        serverBlock.replaceSubrange(
            vector.serverOffset..<vector.serverOffset + 32,
            with: Array(ByteBuffer(hex: vector.serverDigest).readableBytesView)
        )
        var expected = ByteBuffer(bytes: [3] + serverBlock + Self.random[..<1_504])
        expected.write(ByteBuffer(hex: vector.proof))
        #expect(reply == expected)
    }

    @Test("of the server falls back to the simple one when the digest is wrong")
    func wrongDigest() throws {
        var block = Self.signedBlock(.one)
        block[1_535] ^= 1
        var handshake = Self.server
        var input = ByteBuffer(bytes: [3] + block)
        let reply = try #require(try handshake.received(&input).reply)
        #expect(reply.getBytes(at: 5, length: 4) == [0, 0, 0, 0])
        #expect(reply.getBytes(at: 1 + 1_536 + 8, length: 1_528) == Array(block[8...]))
    }

    @Test(
        "finds the place of a digest inside the block, whatever the bytes say",
        arguments: [0, 1, 127, 254, 255] as [UInt8]
    )
    func place(_ byte: UInt8) {
        let block = Array(repeating: byte, count: 1_536)
        for scheme in HandshakeDigest.Scheme.allCases {
            let offset = scheme.offset(in: block)
            #expect(offset >= scheme.rawValue + 4)
            #expect(offset + 32 <= scheme.rawValue + 764)
        }
        #expect(HandshakeDigest(in: block, key: HandshakeDigest.Key.player) == nil)
    }

    @Test(
        "refuses other versions at their first byte, and goes on refusing",
        arguments: [
            (6, .encryptionNotSupported(version: 6)), (8, .encryptionNotSupported(version: 8)),
            (0, .unsupportedVersion(0)), (2, .unsupportedVersion(2)), (4, .unsupportedVersion(4)),
            (0x16, .unsupportedVersion(0x16)), (0x47, .unsupportedVersion(0x47)),
        ] as [(UInt8, HandshakeError)]
    )
    func versions(_ version: UInt8, _ error: HandshakeError) {
        var server = Self.server
        var client = Self.client
        for _ in 0..<2 {
            var toServer = ByteBuffer(bytes: [version])
            #expect(throws: error) { try server.received(&toServer) }
            var toClient = ByteBuffer(bytes: [version])
            #expect(throws: error) { try client.received(&toClient) }
        }
    }

    @Test("of the client takes any S2", arguments: pieceSizes)
    func client(pieceSize: Int) throws {
        var handshake = Self.client
        #expect(handshake.opening == ByteBuffer(bytes: [3, 0, 0, 0x12, 0x34, 0, 0, 0, 0] + Self.random))
        let serverBlock = Self.clientBlock
        let input = ByteBuffer(bytes: [3] + serverBlock + Array(repeating: 0xEE, count: 1_536) + [0x42])
        var sent = ByteBuffer()
        var isDone = false
        var left: [UInt8] = []
        for var piece in input.cut(pieceSize) {
            let step = try handshake.received(&piece)
            if let reply = step.reply { sent.write(reply) }
            isDone = step.isDone
            left += Array(piece.readableBytesView)
        }
        #expect(sent == ByteBuffer(bytes: [0, 0, 1, 2, 0, 0, 0x12, 0x34] + serverBlock[8...]))
        #expect(isDone)
        #expect(left == [0x42])
    }

    @Test("of our client and our server fit")
    func both() throws {
        var client = ClientHandshake(time: 1)
        var server = ServerHandshake(time: 2)
        var toServer = client.opening
        var toClient = try #require(try server.received(&toServer).reply)
        let clientStep = try client.received(&toClient)
        #expect(clientStep.isDone)
        var last = try #require(clientStep.reply)
        #expect(try server.received(&last).isDone)
        #expect(ClientHandshake(time: 1).opening != client.opening)
    }
}
