import NIOCore

/// What stands before a message's payload in its first chunk, or before its rest in a further one: the chunk's header,
/// and in the first chunk the message's prefix. Kept in place, so that it costs no allocation.
struct ChunkHead: Sendable {
    /// Room for a basic header of three bytes, a whole message header, an extended timestamp and a prefix.
    private var bytes = InlineArray<26, UInt8>(repeating: 0)
    private(set) var byteCount = 0
    /// Where the number of the message stream stands; 0 when it is left out.
    private var streamIDPosition = 0

    /// - Parameters:
    ///   - timestamp: Absolute or a difference, as the format says.
    ///   - length: Of the message, with its prefix.
    init(
        _ format: ChunkHeader.Format,
        chunkStreamID: Int,
        timestamp: UInt32,
        length: Int = 0,
        type: RTMPMessageType = RTMPMessageType(rawValue: 0),
        streamID: UInt32 = 0,
        prefix: MessagePrefix = MessagePrefix()
    ) {
        appendBasicHeader(format, chunkStreamID: chunkStreamID)
        let isExtended = timestamp >= ChunkHeader.extendedTimestampMark
        if format != .none { append24(min(timestamp, ChunkHeader.extendedTimestampMark)) }
        if format == .full || format == .sameStream {
            append24(UInt32(truncatingIfNeeded: length))
            append(type.rawValue)
        }
        if format == .full {
            streamIDPosition = byteCount
            // The only field of RTMP with the lowest byte first
            append32(streamID.byteSwapped)
        }
        if isExtended { append32(timestamp) }
        prefix.forEach { append($0) }
    }

    /// The same for another message stream.
    func addressed(to streamID: UInt32) -> Self {
        precondition(streamIDPosition > 0, "the header has no message stream")
        var other = self
        for index in 0..<4 {
            other.bytes[streamIDPosition + index] = UInt8(truncatingIfNeeded: streamID >> UInt32(8 * index))
        }
        return other
    }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try Swift.withUnsafeBytes(of: bytes) { try body(UnsafeRawBufferPointer(rebasing: $0[..<byteCount])) }
    }

    /// §5.3.1.1.
    private mutating func appendBasicHeader(_ format: ChunkHeader.Format, chunkStreamID: Int) {
        let top = format.rawValue << 6
        let rest = chunkStreamID - 64
        switch chunkStreamID {
        case ..<64: append(top | UInt8(truncatingIfNeeded: chunkStreamID))
        case ..<320:
            append(top)
            append(UInt8(truncatingIfNeeded: rest))
        default:
            append(top | 1)
            append(UInt8(truncatingIfNeeded: rest))
            append(UInt8(truncatingIfNeeded: rest >> 8))
        }
    }

    private mutating func append(_ byte: UInt8) {
        bytes[byteCount] = byte
        byteCount += 1
    }

    private mutating func append24(_ value: UInt32) {
        append(UInt8(truncatingIfNeeded: value >> 16))
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    private mutating func append32(_ value: UInt32) {
        append(UInt8(truncatingIfNeeded: value >> 24))
        append24(value)
    }
}

extension ByteBuffer {
    mutating func write(_ head: ChunkHead) {
        head.withUnsafeBytes { _ = writeBytes($0) }
    }
}
