import NIOCore
import Testing

@testable import RTMP

/// A small generator with a seed, so that a failure can be had again (xorshift64*).
struct WireRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 24) }
    }
}

extension ByteBuffer {
    /// From hexadecimal digits; spaces are for the eye.
    init(hex: String) {
        let digits = hex.filter { $0 != " " && $0 != "\n" }
        var bytes: [UInt8] = []
        var index = digits.startIndex
        while index < digits.endIndex {
            let next = digits.index(index, offsetBy: 2)
            bytes.append(UInt8(digits[index..<next], radix: 16)!)
            index = next
        }
        self.init(bytes: bytes)
    }

    init(repeating byte: UInt8, times: Int) {
        self.init(repeating: byte, count: times)
    }

    /// Pieces of `size` bytes, each with memory of its own as if it had been received.
    func cut(_ size: Int) -> [ByteBuffer] {
        stride(from: 0, to: readableBytes, by: size).map { start in
            ByteBuffer(bytes: Array(readableBytesView.dropFirst(start).prefix(size)))
        }
    }

    mutating func write(_ other: ByteBuffer) {
        writeImmutableBuffer(other)
    }
}

extension ChunkReader {
    /// Gives the pieces one after the other and takes all messages after each.
    mutating func read(_ pieces: [ByteBuffer]) throws(ChunkError) -> [RTMPMessage] {
        var messages: [RTMPMessage] = []
        for var piece in pieces {
            append(&piece)
            while let message = try nextMessage() { messages.append(message) }
        }
        return messages
    }

    mutating func read(_ bytes: ByteBuffer) throws(ChunkError) -> [RTMPMessage] {
        try read([bytes])
    }

    mutating func read(hex: String) throws(ChunkError) -> [RTMPMessage] {
        try read([ByteBuffer(hex: hex)])
    }
}

/// What a sender could have cut bytes into.
let pieceSizes = [1, 2, 3, 5, 7, 11, 17, 64, 128, 1_000, 65_536]

/// A full header of one byte of chunk stream ID, as hexadecimal digits.
func fullHeader(chunkStreamID: Int = 3, timestamp: Int = 0, length: Int, type: Int = 8, streamID: UInt8 = 1) -> String {
    func hex(_ value: Int, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }
    return hex(chunkStreamID, 2) + hex(timestamp, 6) + hex(length, 6) + hex(type, 2) + hex(Int(streamID), 2) + "000000"
}

extension SharedChunks {
    /// All of the chunks in one piece; empty for a message that is too long.
    static func bytes(
        _ message: RTMPMessage,
        behind prefix: MessagePrefix = MessagePrefix(),
        chunkStreamID: Int,
        chunkSize: Int
    ) -> ByteBuffer {
        SharedChunks(message, behind: prefix, chunkStreamID: chunkStreamID, chunkSize: chunkSize)?.bytes ?? ByteBuffer()
    }

    var bytes: ByteBuffer {
        var bytes = ByteBuffer()
        bytes.write(head)
        bytes.writeImmutableBuffer(body)
        return bytes
    }
}
