import NIOCore
import Testing

@testable import RTMP

@Suite("Writing chunks")
struct ChunkWriterTests {
    private func message(
        _ timestamp: UInt32,
        _ hex: String,
        type: RTMPMessageType = .audio,
        streamID: UInt32 = 1
    ) -> RTMPMessage {
        RTMPMessage(type: type, streamID: streamID, timestamp: timestamp, payload: ByteBuffer(hex: hex))
    }

    @Test("leaves out of headers what the peer has")
    func headers() {
        var writer = ChunkWriter()
        let steps: [(RTMPMessage, String)] = [
            (message(100, "AA"), "03 000064 000001 08 01000000 AA"),
            // Equal to the absolute timestamp, and to none: peers disagree on both.
            (message(200, "BB"), "83 000064 BB"),
            (message(300, "CC"), "C3 CC"),
            (message(300, "CC"), "83 000000 CC"),
            (message(300, "CC"), "C3 CC"),
            (message(310, "CCDD"), "43 00000A 000002 08 CCDD"),
            (message(320, "CCDD"), "C3 CCDD"),
            (message(330, "CCDD", type: .video), "43 00000A 000002 09 CCDD"),
            (message(340, "CCDD", type: .video, streamID: 2), "03 000154 000002 09 02000000 CCDD"),
            // Back in time
            (message(339, "CCDD", type: .video, streamID: 2), "03 000153 000002 09 02000000 CCDD"),
            // Too far on for a difference of 24 bits
            (message(0x0100_0152, "CCDD", type: .video, streamID: 2), "03 FFFFFF 000002 09 02000000 01000152 CCDD"),
            (message(0x0100_0153, "CCDD", type: .video, streamID: 2), "83 000001 CCDD"),
            (message(0x00FF_FFFF, "", type: .video, streamID: 2), "03 FFFFFF 000000 09 02000000 00FFFFFF"),
            (message(0xFFFF_FFFF, "", type: .video, streamID: 2), "03 FFFFFF 000000 09 02000000 FFFFFFFF"),
            (message(1, "", type: .video, streamID: 2), "83 000002"),
        ]
        for (message, expected) in steps {
            var bytes = ByteBuffer()
            let isWritten = writer.write(message, chunkStreamID: 3, into: &bytes)
            #expect(isWritten)
            #expect(bytes == ByteBuffer(hex: expected))
        }
    }

    @Test(
        "writes chunk stream IDs in their shortest form",
        arguments: [
            (2, "02"), (63, "3F"), (64, "0000"), (319, "00FF"), (320, "010001"), (65_599, "01FFFF"),
        ]
    )
    func identifiers(_ chunkStreamID: Int, _ basicHeader: String) {
        let bytes = SharedChunks.bytes(message(1, "AA"), chunkStreamID: chunkStreamID, chunkSize: 128)
        #expect(bytes == ByteBuffer(hex: basicHeader + "000001 000001 08 01000000 AA"))
    }

    @Test("cuts at the chunk size, and repeats extended timestamps")
    func chunks() {
        let long = message(5, "A1A2A3A4A5")
        #expect(
            SharedChunks.bytes(long, chunkStreamID: 3, chunkSize: 2)
                == ByteBuffer(hex: "03 000005 000005 08 01000000 A1A2 C3 A3A4 C3 A5")
        )
        #expect(
            SharedChunks.bytes(long, chunkStreamID: 3, chunkSize: 5)
                == ByteBuffer(hex: "03 000005 000005 08 01000000 A1A2A3A4A5")
        )
        var late = long
        late.timestamp = 0x0102_0304
        #expect(
            SharedChunks.bytes(late, chunkStreamID: 320, chunkSize: 3)
                == ByteBuffer(hex: "010001 FFFFFF 000005 08 01000000 01020304 A1A2A3 C10001 01020304 A4A5")
        )
        var writer = ChunkWriter()
        var bytes = ByteBuffer()
        let payload = ByteBuffer(repeating: 9, times: 300)
        writer.write(RTMPMessage(type: .video, payload: payload), chunkStreamID: 4, into: &bytes)
        #expect(bytes.readableBytes == 12 + 300 + 2)
        writer.setChunkSize(4_096)
        writer.write(RTMPMessage(type: .video, payload: payload), chunkStreamID: 4, into: &bytes)
        #expect(bytes.readableBytes == 12 + 300 + 2 + 4 + 300)
    }

    @Test("takes chunk sizes from 1 to 65,536", arguments: [(-1, 1), (0, 1), (1, 1), (65_536, 65_536), (.max, 65_536)])
    func chunkSizes(_ asked: Int, _ effective: Int) {
        var writer = ChunkWriter()
        #expect(writer.chunkSize == 128)
        writer.setChunkSize(asked)
        #expect(writer.chunkSize == effective)
        #expect(
            !SharedChunks.bytes(message(1, "AABB"), chunkStreamID: 3, chunkSize: asked).readableBytesView.isEmpty
        )
    }

    @Test("writes 16,777,215 bytes and no more")
    func longest() {
        var message = RTMPMessage(type: .video, payload: ByteBuffer(repeating: 0, times: 0xFF_FFFF))
        #expect(SharedChunks.bytes(message, chunkStreamID: 3, chunkSize: 65_536).readableBytes > 0xFF_FFFF)
        message.payload.writeInteger(0, as: UInt8.self)
        #expect(SharedChunks.bytes(message, chunkStreamID: 3, chunkSize: 65_536).readableBytes == 0)
        var writer = ChunkWriter()
        var bytes = ByteBuffer()
        let isWritten = writer.write(message, chunkStreamID: 3, into: &bytes)
        #expect(!isWritten)
        #expect(bytes.readableBytes == 0)
    }

    @Test("shared bytes are right for players that were sent different things before")
    func shared() throws {
        let shared = SharedChunks.bytes(message(0x0200_0000, "AABBCC"), chunkStreamID: 6, chunkSize: 2)
        let setup = "02 000000 000004 01 00000000 00000002"
        for before in ["", "06 000005 000001 08 01000000 AA", "46 000009 000002 12 AAAA C6 BBBB"] {
            var reader = ChunkReader()
            _ = try reader.read(hex: setup + before)
            #expect(try reader.read(shared) == [message(0x0200_0000, "AABBCC")])
        }
    }

    @Test("what it writes is read again", arguments: 1...60 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = WireRandom(seed: seed)
        var writer = ChunkWriter()
        var bytes = ByteBuffer()
        var messages: [RTMPMessage] = []
        var time = seed.isMultiple(of: 3) ? UInt32.max - 300 : seed.isMultiple(of: 2) ? 0 : 0xFF_FF00
        for _ in 0..<60 {
            if Int.random(in: 0..<10, using: &random) == 0 {
                let size = [1, 2, 127, 128, 4_096, 65_536].randomElement(using: &random)!
                let control = RTMPControl.setChunkSize(UInt32(size))
                writer.write(control.message, chunkStreamID: ChunkWriter.controlChunkStreamID, into: &bytes)
                writer.setChunkSize(size)
            }
            time =
                Int.random(in: 0..<20, using: &random) == 0
                ? time &- 5 : time &+ [0, 20, 20, 21].randomElement(using: &random)!
            let length = [0, 1, 7, 7, 128, 129, 1_000].randomElement(using: &random)!
            let message = RTMPMessage(
                type: [.audio, .video, .dataAMF0, .commandAMF0].randomElement(using: &random)!,
                streamID: [0, 1, 0xFFFF_FFFF].randomElement(using: &random)!,
                timestamp: time,
                payload: ByteBuffer(bytes: random.bytes(length))
            )
            messages.append(message)
            if Bool.random(using: &random) {
                let chunkStreamID = [3, 63, 64, 319, 320, 65_599].randomElement(using: &random)!
                writer.write(message, chunkStreamID: chunkStreamID, into: &bytes)
            } else {
                bytes.write(SharedChunks.bytes(message, chunkStreamID: 6, chunkSize: writer.chunkSize))
            }
        }
        for size in [1, 13, 700, 4_000, bytes.readableBytes] {
            var reader = ChunkReader()
            let isSame = try reader.read(bytes.cut(size)) == messages
            #expect(isSame)
            #expect(reader.partialBytes == 0)
        }
    }
}
