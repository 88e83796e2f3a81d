import NIOCore
import Testing

@testable import RTMP

@Suite("Chunks shared by all receivers")
struct SharedChunksTests {
    private let message = RTMPMessage(
        type: .video,
        streamID: 1,
        timestamp: 5,
        payload: ByteBuffer(bytes: [0xA1, 0xA2, 0xA3, 0xA4, 0xA5])
    )

    private var prefix: MessagePrefix {
        var prefix = MessagePrefix()
        for byte in [0x17, 0x01] as [UInt8] { prefix.append(byte) }
        return prefix
    }

    @Test("The prefix counts to the message's length and to its first chunk")
    func behindPrefix() throws {
        #expect(
            SharedChunks.bytes(message, behind: prefix, chunkStreamID: 6, chunkSize: 7)
                == ByteBuffer(hex: "06 000005 000007 09 01000000 1701 A1A2A3A4A5")
        )
        #expect(
            SharedChunks.bytes(message, behind: prefix, chunkStreamID: 6, chunkSize: 3)
                == ByteBuffer(hex: "06 000005 000007 09 01000000 1701 A1 C6 A2A3A4 C6 A5")
        )
        let longest = RTMPMessage(type: .video, payload: ByteBuffer(repeating: 0, count: 0xFF_FFFE))
        #expect(SharedChunks(longest, behind: prefix, chunkStreamID: 6, chunkSize: 65_536) == nil)
    }

    @Test("A payload that is one chunk is not copied")
    func sharing() throws {
        let chunks = try #require(SharedChunks(message, behind: prefix, chunkStreamID: 6, chunkSize: 7))
        let addresses = [message.payload, chunks.body].map { $0.withUnsafeReadableBytes { $0.baseAddress } }
        #expect(addresses[0] == addresses[1])
        #expect(chunks.byteCount == 12 + 2 + 5)
    }

    @Test("For another message stream only its number differs", arguments: [UInt32(0), 7, 0x0102_0304])
    func addressing(_ streamID: UInt32) throws {
        var other = message
        other.timestamp = 0x0102_0304
        let chunks = try #require(SharedChunks(other, behind: prefix, chunkStreamID: 320, chunkSize: 4))
        other.streamID = streamID
        #expect(
            chunks.addressed(to: streamID).bytes
                == SharedChunks.bytes(other, behind: prefix, chunkStreamID: 320, chunkSize: 4)
        )
    }
}
