import NIOCore
import Testing

@testable import RTMP

@Suite("Reading chunks")
struct ChunkReaderTests {
    struct Vector: CustomTestStringConvertible, Sendable {
        let name: String
        let bytes: ByteBuffer
        let messages: [RTMPMessage]
        var testDescription: String { name }

        init(_ name: String, _ hex: String, _ messages: [RTMPMessage]) {
            (self.name, self.bytes, self.messages) = (name, ByteBuffer(hex: hex), messages)
        }
    }

    private static func message(
        _ timestamp: UInt32,
        _ hex: String,
        type: RTMPMessageType = .audio,
        streamID: UInt32 = 1
    ) -> RTMPMessage {
        RTMPMessage(type: type, streamID: streamID, timestamp: timestamp, payload: ByteBuffer(hex: hex))
    }

    private static let audio = String(repeating: "A5", count: 32)
    private static let video = (0..<307).map {
        $0 % 256 < 16 ? "0" + String($0 % 16, radix: 16) : String($0 % 256, radix: 16)
    }

    static let vectors: [Vector] = [
        // The first example of the specification, §5.3.2.1
        Vector(
            "four audio messages",
            "03 0003E8 000020 08 39300000" + audio + "83 000014" + audio + "C3" + audio + "C3" + audio,
            [1_000, 1_020, 1_040, 1_060].map { message($0, audio, streamID: 12_345) }
        ),
        // The second one, §5.3.2.2
        Vector(
            "a video message in three chunks",
            "04 0003E8 000133 09 3A300000" + video[..<128].joined() + "C4" + video[128..<256].joined() + "C4"
                + video[256...].joined(),
            [message(1_000, video.joined(), type: .video, streamID: 12_346)]
        ),
        Vector("two bytes of chunk stream ID", "00 00 000001 000001 08 01000000 AA", [message(1, "AA")]),
        Vector(
            "the last ID of two bytes",
            "00 FF 000001 000001 08 01000000 AA C0 FF BB",
            [message(1, "AA"), message(2, "BB")]
        ),
        Vector("three bytes", "01 00 01 000001 000001 08 01000000 AA", [message(1, "AA")]),
        Vector(
            "the last ID of three bytes",
            "01 FF FF 000001 000001 08 01000000 AA C1 FFFF BB",
            [message(1, "AA"), message(2, "BB")]
        ),
        Vector(
            "one chunk stream with both long forms of its ID",
            "01 05 00 000001 000001 08 01000000 AA C0 05 BB",
            [message(1, "AA"), message(2, "BB")]
        ),
        Vector(
            "all header types, and differences repeated",
            "03 000064 000002 08 01000000 AABB 43 00000A 000001 09 CC 83 000005 DD C3 EE C3 FF",
            [
                message(100, "AABB"), message(110, "CC", type: .video), message(115, "DD", type: .video),
                message(120, "EE", type: .video), message(125, "FF", type: .video),
            ]
        ),
        Vector(
            "an absolute timestamp repeated as the difference",
            "03 000017 000001 08 01000000 AA C3 BB C3 CC",
            [message(23, "AA"), message(46, "BB"), message(69, "CC")]
        ),
        Vector(
            "a first header without a stream",
            "42 000000 000002 14 AABB",
            [message(0, "AABB", type: .commandAMF0, streamID: 0)]
        ),
        Vector(
            "messages without bytes",
            "03 000001 000000 08 01000000 C3 43 000001 000001 08 AA",
            [message(1, ""), message(2, ""), message(3, "AA")]
        ),
        Vector("an extended timestamp", "03 FFFFFF 000001 08 01000000 01000000 AA", [message(0x0100_0000, "AA")]),
        Vector(
            "an extended timestamp that need not be",
            "03 FFFFFF 000001 08 01000000 00000007 AA",
            [message(7, "AA")]
        ),
        Vector(
            "an extended difference, then a short one",
            "03 000001 000001 08 01000000 AA 83 FFFFFF 01000000 BB 83 000001 CC C3 DD",
            [message(1, "AA"), message(0x0100_0001, "BB"), message(0x0100_0002, "CC"), message(0x0100_0003, "DD")]
        ),
        Vector(
            "an extended difference repeated by a message without a header",
            "03 000001 000001 08 01000000 AA 83 FFFFFF 01000000 BB C3 01000000 CC",
            [message(1, "AA"), message(0x0100_0001, "BB"), message(0x0200_0001, "CC")]
        ),
        Vector(
            "timestamps that wrap",
            "03 FFFFFF 000001 08 01000000 FFFFFFF0 AA 83 000020 BB C3 CC",
            [message(0xFFFF_FFF0, "AA"), message(0x10, "BB"), message(0x30, "CC")]
        ),
        Vector(
            "extended timestamps repeated in every chunk",
            "02 000000 000004 01 00000000 00000004 03 FFFFFF 00000A 08 01000000 01020304 A1A2A3A4"
                + "C3 01020304 A5A6A7A8 C3 01020304 A9AA",
            [message(0x0102_0304, "A1A2A3A4A5A6A7A8A9AA")]
        ),
        Vector(
            "extended timestamps left out of all chunks but the first",
            "02 000000 000004 01 00000000 00000004 03 FFFFFF 00000A 08 01000000 01020304 A1A2A3A4"
                + "C3 A5A6A7A8 C3 A9AA",
            [message(0x0102_0304, "A1A2A3A4A5A6A7A8A9AA")]
        ),
        Vector(
            "payload that looks like the start of an extended timestamp",
            "02 000000 000004 01 00000000 00000004 03 FFFFFF 000008 08 01000000 01020304 A1A2A3A4"
                + "C3 01020305 83 000001 B1B2B3B4 C3 01020304",
            [message(0x0102_0304, "A1A2A3A401020305"), message(0x0102_0305, "B1B2B3B401020304")]
        ),
        Vector(
            "messages of two chunk streams interleaved",
            "02 000000 000004 01 00000000 00000002 03 000001 000003 08 01000000 A1A2"
                + "04 000002 000005 09 01000000 B1B2 C3 A3 C4 B3B4 43 000001 000001 08 A4 C4 B5",
            [
                message(1, "A1A2A3"), message(2, "A4"), message(2, "B1B2B3B4B5", type: .video),
            ]
        ),
        Vector(
            "a chunk size that changes in the middle of a message",
            "02 000000 000004 01 00000000 00000002 03 000001 000005 08 01000000 A1A2"
                + "42 000000 000004 01 0000 C2 0003 C3 A3A4A5",
            [message(1, "A1A2A3A4A5")]
        ),
        Vector(
            "an aborted message",
            "02 000000 000004 01 00000000 00000002 03 000001 000005 08 01000000 A1A2"
                + "42 000000 000004 02 0000 C2 0003 03 000009 000001 08 01000000 BB",
            [message(9, "BB")]
        ),
        Vector(
            "abort of nothing",
            "02 000000 000004 02 00000000 00000003 03 000009 000001 08 01000000 BB C2 00000003 C3 CC",
            [message(9, "BB"), message(18, "CC")]
        ),
        Vector(
            "an aggregate and what follows",
            "05 0003E8 000030 16 01000000"
                + "08 000002 0000FE 00 000000 A1A2 0000000D"
                + "09 000001 000001 01 000007 B1 0000000C"
                + "12 000000 0000FD 00 000000 0000000B"
                + "06 000007 000001 08 01000000 CC",
            [
                message(1_000, "A1A2"), message(1_000 + 0x0100_0001 - 0xFE, "B1", type: .video),
                message(999, "", type: .dataAMF0), message(7, "CC"),
            ]
        ),
        Vector(
            "an aggregate without its last trailer",
            "05 000000 00000C 16 01000000 08 000001 000005 00 000000 AA 06 000007 000001 08 01000000 CC",
            [message(0, "AA"), message(7, "CC")]
        ),
        Vector("an empty aggregate", "05 000000 000000 16 01000000", []),
        Vector(
            "other control messages, which are passed on",
            "02 000000 000004 05 00000000 002625A0 42 000000 000006 04 0000 00000001",
            [
                message(0, "002625A0", type: .windowAcknowledgementSize, streamID: 0),
                message(0, "000000000001", type: .userControl, streamID: 0),
            ]
        ),
    ]

    @Test("finds the messages, whole", arguments: vectors)
    func whole(_ vector: Vector) throws {
        var reader = ChunkReader()
        #expect(try reader.read(vector.bytes) == vector.messages)
        #expect(reader.partialBytes == 0)
        #expect(reader.bytesReceived == UInt64(vector.bytes.readableBytes))
    }

    @Test("finds the messages however they are cut", arguments: vectors)
    func cut(_ vector: Vector) throws {
        for size in 1...24 {
            var reader = ChunkReader()
            #expect(try reader.read(vector.bytes.cut(size)) == vector.messages)
            #expect(reader.partialBytes == 0)
            #expect(reader.heldCapacity <= 32)
        }
    }

    @Test("finds the messages in two buffers, cut anywhere; what came first is a beginning of them", arguments: vectors)
    func truncated(_ vector: Vector) throws {
        for length in 0..<vector.bytes.readableBytes {
            var reader = ChunkReader()
            let first = try reader.read(vector.bytes.getSlice(at: 0, length: length)!)
            #expect(first.elementsEqual(vector.messages.prefix(first.count)))
            let rest = vector.bytes.getSlice(at: length, length: vector.bytes.readableBytes - length)!
            #expect(try first + reader.read(rest) == vector.messages)
        }
    }

    @Test("finds the messages when buffers pile up before it is asked", arguments: vectors)
    func piled(_ vector: Vector) throws {
        var reader = ChunkReader()
        for var piece in vector.bytes.cut(5) { reader.append(&piece) }
        #expect(try reader.read([]) == [])
        var messages: [RTMPMessage] = []
        while let message = try reader.nextMessage() { messages.append(message) }
        #expect(messages == vector.messages)
    }
}
