import NIOCore

/// The header of one chunk, as it stands in the stream, RTMP 1.0 §5.3.1.
struct ChunkHeader: Equatable {
    /// How much of the message header is there.
    enum Format: UInt8 {
        case full = 0
        /// Without the message stream ID; the timestamp is the difference to the message before.
        case sameStream = 1
        /// Only the difference of the timestamps.
        case timestampOnly = 2
        /// Nothing.
        case none = 3

        /// Of the message header, without an extended timestamp.
        var byteCount: Int {
            switch self {
            case .full: 11
            case .sameStream: 7
            case .timestampOnly: 3
            case .none: 0
            }
        }
    }

    /// What the 24 bits of the timestamp hold when it follows in 32 bits of its own, §5.3.1.3.
    static let extendedTimestampMark: UInt32 = 0xFF_FFFF

    var format: Format
    var chunkStreamID: Int
    /// Absolute or a difference, as the format says.
    var timestamp: UInt32 = 0
    var messageLength = 0
    var messageType: UInt8 = 0
    var messageStreamID: UInt32 = 0
    /// Whether `timestamp` came in 32 bits of its own.
    var isExtended = false
    /// How many bytes the header takes.
    var byteCount: Int

    /// Reads a header without its extended timestamp; nil when the bytes do not hold all of it.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first, let format = Format(rawValue: first >> 6) else { return nil }
        let position: Int
        switch first & 0x3F {
        case 0:
            guard bytes.count >= 2 else { return nil }
            chunkStreamID = Int(bytes[1]) + 64
            position = 2
        case 1:
            guard bytes.count >= 3 else { return nil }
            chunkStreamID = Int(bytes[1]) + Int(bytes[2]) << 8 + 64
            position = 3
        case let identifier:
            chunkStreamID = Int(identifier)
            position = 1
        }
        self.format = format
        byteCount = position + format.byteCount
        guard format != .none else { return }
        guard bytes.count >= byteCount else { return nil }
        timestamp = Self.integer24(bytes, at: position)
        guard format != .timestampOnly else { return }
        messageLength = Int(Self.integer24(bytes, at: position + 3))
        messageType = bytes[position + 6]
        guard format == .full else { return }
        // The only field of RTMP with the lowest byte first
        messageStreamID = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position + 7, as: UInt32.self))
    }

    private static func integer24(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt32 {
        UInt32(bytes[offset]) << 16 | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2])
    }
}
