import NIOCore

extension ChunkReader {
    /// What a chunk stream takes over from one chunk to the next, and what there is of its message.
    struct Stream: Sendable {
        let identifier: Int
        /// Absolute, of the message under way or the last one.
        var timestamp: UInt32 = 0
        /// As the last header gave it: absolute or a difference. It is the difference for a message without a header,
        /// even after an absolute one, §5.3.1.2.4; ffmpeg, librtmp and GStreamer read and write it so.
        var timestampField: UInt32 = 0
        var isExtended = false
        var messageLength = 0
        var messageType: UInt8 = 0
        var messageStreamID: UInt32 = 0

        /// Whether a message is under way; it may have no bytes.
        var isReceiving = false
        var received = 0
        var payload = ByteBuffer()
        /// The longest message that came whole, which tells how much to reserve for the next.
        var longestMessage = 0

        init(identifier: Int) {
            self.identifier = identifier
        }

        /// Takes over a header with which a message begins.
        mutating func begin(_ header: ChunkHeader) {
            if header.format != .none {
                timestampField = header.timestamp
                isExtended = header.isExtended
            }
            switch header.format {
            case .full:
                timestamp = header.timestamp
                messageStreamID = header.messageStreamID
            case .sameStream, .timestampOnly, .none: timestamp &+= timestampField
            }
            switch header.format {
            case .full, .sameStream:
                messageLength = header.messageLength
                messageType = header.messageType
            case .timestampOnly, .none: break
            }
            isReceiving = true
            received = 0
        }

        /// Whether the bytes at the start of `bytes` repeat the extended timestamp; nil when there are too few to tell.
        ///
        /// Every chunk without a header should repeat it, §5.3.1.3, but there are peers that leave it out.
        func isExtendedTimestamp(repeatedIn bytes: UnsafeRawBufferPointer) -> Bool? {
            for index in 0..<4 {
                guard index < bytes.count else { return nil }
                let expected = UInt8(truncatingIfNeeded: timestampField >> UInt32(24 - 8 * index))
                guard bytes[index] == expected else { return false }
            }
            return true
        }

        /// Ends the message under way and gives what there is of it.
        mutating func end() -> ByteBuffer {
            isReceiving = false
            received = 0
            let payload = payload
            self.payload = ByteBuffer()
            return payload
        }
    }
}
