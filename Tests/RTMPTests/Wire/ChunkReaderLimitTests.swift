import NIOCore
import Testing

@testable import RTMP

@Suite("Limits of reading chunks")
struct ChunkReaderLimitTests {
    private static func chunkSize(_ size: Int) -> String {
        let digits = String(size, radix: 16)
        return fullHeader(chunkStreamID: 2, length: 4, type: 1, streamID: 0)
            + String(repeating: "0", count: 8 - digits.count) + digits
    }

    private func announce(_ length: Int, chunkStreamID: Int = 3) -> ByteBuffer {
        ByteBuffer(hex: fullHeader(chunkStreamID: chunkStreamID, length: length))
    }

    @Test(
        "What breaks the rules ends the reading",
        arguments: [
            ("83 000001", .missingHeader(chunkStreamID: 3)),
            ("C3 00", .missingHeader(chunkStreamID: 3)),
            (fullHeader(length: 200) + String(repeating: "AA", count: 128) + "03", nil),
            (
                fullHeader(length: 200) + String(repeating: "AA", count: 128) + "83 000001",
                .headerInsideMessage(chunkStreamID: 3)
            ),
            (
                fullHeader(length: 200) + String(repeating: "AA", count: 128) + fullHeader(length: 200),
                .headerInsideMessage(chunkStreamID: 3)
            ),
            (chunkSize(0), .invalidChunkSize(0)),
            (chunkSize(0x8000_0000), .invalidChunkSize(0x8000_0000)),
            (chunkSize(0xFFFF_FFFF), .invalidChunkSize(0xFFFF_FFFF)),
            (fullHeader(chunkStreamID: 2, length: 3, type: 1) + "000001", .malformedControl(.setChunkSize)),
            (fullHeader(chunkStreamID: 2, length: 0, type: 1), .malformedControl(.setChunkSize)),
            (fullHeader(chunkStreamID: 2, length: 3, type: 2) + "000001", .malformedControl(.abort)),
            // Cut in a header, cut in a payload, an aggregate inside, a chunk size inside
            (fullHeader(length: 10, type: 22) + "08 000000 000000 00 0000", .malformedAggregate),
            (fullHeader(length: 12, type: 22) + "08 000002 000000 00 000000 AA", .malformedAggregate),
            (fullHeader(length: 12, type: 22) + "08 FFFFFF 000000 00 000000 AA", .malformedAggregate),
            (fullHeader(length: 11, type: 22) + "16 000000 000000 00 000000", .malformedAggregate),
            (fullHeader(length: 15, type: 22) + "01 000004 000000 00 000000 00001000", .malformedAggregate),
        ] as [(String, ChunkError?)]
    )
    func broken(_ hex: String, _ error: ChunkError?) {
        for pieceSize in [1, 3, 65_536] {
            var reader = ChunkReader()
            let pieces = ByteBuffer(hex: hex).cut(pieceSize)
            guard let error else {
                #expect(throws: Never.self) { try reader.read(pieces) }
                continue
            }
            #expect(throws: error) { try reader.read(pieces) }
            // Once broken, it stays so and holds nothing.
            #expect(throws: error) { try reader.read(hex: fullHeader(length: 1) + "AA") }
            #expect(reader.heldCapacity == 0)
        }
    }

    @Test(
        "Chunk sizes up to 31 bits are taken, and mean no more than the longest message",
        arguments: [
            (1, 1), (65_536, 65_536), (0xFF_FFFF, 0xFF_FFFF), (0x100_0000, 0xFF_FFFF), (0x7FFF_FFFF, 0xFF_FFFF),
        ]
    )
    func chunkSizes(_ announced: Int, _ effective: Int) throws {
        var reader = ChunkReader()
        _ = try reader.read(hex: Self.chunkSize(announced) + fullHeader(length: 1_000_000))
        #expect(reader.chunkSize == effective)
        #expect(reader.heldCapacity <= 32)
    }

    @Test("64 chunk streams and no more")
    func chunkStreams() throws {
        var reader = ChunkReader()
        for index in 0..<64 {
            #expect(
                try reader.read(hex: "00" + String(64 + index, radix: 16) + fullHeader(length: 0).dropFirst(2)).count
                    == 1
            )
        }
        // Known ones may go on.
        #expect(try reader.read(hex: "C040").count == 1)
        #expect(throws: ChunkError.tooManyChunkStreams) { try reader.read(hex: fullHeader(length: 0)) }
    }

    @Test("1 MiB before publishing, 8 MiB after")
    func messageLength() throws {
        var before = ChunkReader()
        _ = try before.read(announce(1 << 20))
        #expect(throws: ChunkError.messageTooLarge(1 << 20 + 1)) {
            var reader = ChunkReader()
            return try reader.read(announce(1 << 20 + 1))
        }
        var after = ChunkReader()
        after.limits = .publishing
        _ = try after.read(announce(8 << 20))
        #expect(throws: ChunkError.messageTooLarge(8 << 20 + 1)) {
            var reader = ChunkReader()
            reader.maximumMessageBytes = 8 << 20
            #expect(reader.limits == .publishing)
            return try reader.read(announce(8 << 20 + 1))
        }
    }

    @Test("A message as long as the limit is read")
    func longest() throws {
        var reader = ChunkReader()
        var bytes = ByteBuffer(hex: Self.chunkSize(65_536))
        let message = RTMPMessage(type: .video, streamID: 1, payload: ByteBuffer(repeating: 7, times: 1 << 20))
        bytes.write(SharedChunks.bytes(message, chunkStreamID: 4, chunkSize: 65_536))
        #expect(try reader.read(bytes.cut(50_000)) == [message])
        #expect(reader.partialBytes == 0)
    }

    @Test("Unfinished messages take 1 MiB in all")
    func partialMessages() throws {
        var reader = ChunkReader()
        _ = try reader.read(hex: Self.chunkSize(0x7FFF_FFFF))
        for chunkStreamID in 3..<11 {
            var bytes = announce(1 << 17 + 1, chunkStreamID: chunkStreamID)
            bytes.write(ByteBuffer(repeating: 1, times: 1 << 17))
            // One chunk each: the last byte comes before the next chunk stream.
            _ = try reader.read(bytes)
            #expect(try reader.read(hex: "01").count == 1)
        }
        #expect(reader.partialBytes == 0)

        var small = ChunkReader()
        _ = try small.read(hex: Self.chunkSize(1 << 17))
        for chunkStreamID in 3..<11 {
            var bytes = announce(1 << 18, chunkStreamID: chunkStreamID)
            bytes.write(ByteBuffer(repeating: 1, times: 1 << 17))
            _ = try small.read(bytes)
        }
        #expect(small.partialBytes == 1 << 20)
        #expect(throws: ChunkError.tooManyPartialBytes) {
            try small.read(hex: fullHeader(chunkStreamID: 20, length: 2) + "AA")
        }
    }

    @Test("Aborted messages give their room back")
    func abortedRoom() throws {
        var reader = ChunkReader()
        _ = try reader.read(hex: Self.chunkSize(1 << 19))
        for _ in 0..<5 {
            var bytes = announce(1 << 20, chunkStreamID: 5)
            bytes.write(ByteBuffer(repeating: 1, times: 1 << 19))
            _ = try reader.read(bytes)
            #expect(reader.partialBytes == 1 << 19)
            _ = try reader.read(hex: fullHeader(chunkStreamID: 2, length: 4, type: 2) + "00000005")
            #expect(reader.partialBytes == 0)
            #expect(reader.heldCapacity == 0)
        }
    }

    @Test("Memory follows what came, not what was announced")
    func announcedMemory() throws {
        var reader = ChunkReader()
        _ = try reader.read(hex: Self.chunkSize(1))
        for chunkStreamID in 3..<63 {
            var bytes = announce(1 << 20, chunkStreamID: chunkStreamID)
            bytes.write(ByteBuffer(repeating: 1, times: 1))
            _ = try reader.read(bytes)
        }
        #expect(reader.partialBytes == 60)
        #expect(reader.heldCapacity <= 60 * 16)
    }

    @Test("A chunk stream that had long messages gets room for the next, but only a few at a time")
    func reservedMemory() throws {
        var reader = ChunkReader()
        let payload = ByteBuffer(repeating: 1, times: 100_000)
        let message = RTMPMessage(type: .video, streamID: 1, payload: payload)
        for chunkStreamID in 3..<63 {
            let bytes = SharedChunks.bytes(message, chunkStreamID: chunkStreamID, chunkSize: 128)
            #expect(try reader.read(bytes) == [message])
        }
        for chunkStreamID in 3..<63 {
            var bytes = announce(100_000, chunkStreamID: chunkStreamID)
            bytes.write(ByteBuffer(repeating: 1, times: 128))
            _ = try reader.read(bytes)
        }
        #expect(reader.heldCapacity <= 4 * 65_536 + 56 * 128)
        #expect(reader.heldCapacity >= 4 * 65_536)
    }

    @Test("A message is a slice of what was received when it is most of it, else a copy")
    func slices() throws {
        func payloadCapacity(_ length: Int, received: Int) throws -> Int {
            var reader = ChunkReader()
            _ = try reader.read(hex: Self.chunkSize(65_536))
            var bytes = ByteBufferAllocator().buffer(capacity: received)
            bytes.write(announce(length))
            bytes.write(ByteBuffer(repeating: 1, times: length))
            let message = try #require(try reader.read(bytes).first)
            #expect(message.payload == ByteBuffer(repeating: 1, times: length))
            #expect(reader.heldCapacity == 0)
            return message.payload.storageCapacity
        }
        #expect(try payloadCapacity(40_000, received: 65_536) == 65_536)
        #expect(try payloadCapacity(1_000, received: 65_536) == 1_024)
        #expect(try payloadCapacity(1_000, received: 2_048) == 1_024)
        #expect(try payloadCapacity(1_100, received: 2_048) == 2_048)
    }

    @Test("Received bytes are counted, and acknowledged when a window is full")
    func acknowledgement() throws {
        var reader = ChunkReader(bytesReceived: 0xFFFF_FF00)
        #expect(reader.acknowledgementDue(window: 1_000) == nil)
        _ = try reader.read(hex: fullHeader(length: 999))
        #expect(reader.acknowledgementDue(window: 13) == nil)
        #expect(reader.acknowledgementDue(window: 0) == nil)
        #expect(reader.acknowledgementDue(window: 12) == 0xFFFF_FF0C)
        #expect(reader.acknowledgementDue(window: 12) == nil)
        var rest = ByteBuffer(repeating: 1, times: 256)
        reader.append(&rest)
        #expect(rest.readableBytes == 0)
        #expect(reader.bytesReceived == 0x1_0000_000C)
        #expect(reader.acknowledgementDue(window: 256) == 12)
    }

    @Test("Whatever comes, it is read or refused", arguments: 1...30 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) {
        var random = WireRandom(seed: seed)
        var refused = 0
        for _ in 0..<40 {
            var writer = ChunkWriter()
            var bytes = ByteBuffer()
            for index in 0..<8 {
                let types: [RTMPMessageType] = [.audio, .video, .setChunkSize, .abort, .aggregate, .commandAMF0]
                let length = Int.random(in: 0...300, using: &random)
                let message = RTMPMessage(
                    type: types.randomElement(using: &random)!,
                    streamID: 1,
                    timestamp: UInt32.random(in: 0...(.max), using: &random),
                    payload: ByteBuffer(bytes: random.bytes(length))
                )
                writer.write(message, chunkStreamID: 2 + index % 3, into: &bytes)
            }
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let index = Int.random(in: 0..<bytes.readableBytes, using: &random)
                bytes.setInteger(UInt8.random(in: 0...255, using: &random), at: index)
            }
            bytes.write(ByteBuffer(bytes: random.bytes(200)))
            var reader = ChunkReader()
            do {
                _ = try reader.read(bytes.cut(Int.random(in: 1...400, using: &random)))
            } catch {
                refused += 1
            }
            #expect(reader.heldCapacity <= 4 * bytes.readableBytes)
        }
        #expect(refused > 0)
    }
}
