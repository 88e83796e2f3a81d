import NIOCore

/// Takes an aggregate message apart, RTMP 1.0 §7.1.6.
///
/// The parts look like FLV tags. Their timestamps count from that of the aggregate, their stream is the aggregate's.
struct AggregateReader: Sendable {
    /// Type, length, timestamp and stream ID of a part.
    private static let headerByteCount = 11
    /// The length of the part, again, behind it.
    private static let trailerByteCount = 4

    private var rest: ByteBuffer
    private let streamID: UInt32
    private let timestamp: UInt32
    private var firstTimestamp: UInt32?

    init(_ message: RTMPMessage) {
        rest = message.payload
        streamID = message.streamID
        timestamp = message.timestamp
    }

    /// The next part; nil at the end. A missing trailer of the last part does no harm.
    mutating func next() throws(ChunkError) -> RTMPMessage? {
        guard rest.readableBytes > 0 else { return nil }
        guard
            let (typeAndLength, low, high, _, _) = rest.readMultipleIntegers(
                as: (UInt32, UInt16, UInt16, UInt16, UInt8).self
            )
        else { throw .malformedAggregate }
        let type = RTMPMessageType(rawValue: UInt8(truncatingIfNeeded: typeAndLength >> 24))
        let length = Int(typeAndLength & 0xFF_FFFF)
        // 24 bits of the timestamp, then its highest 8
        let partTimestamp = UInt32(high & 0xFF) << 24 | UInt32(low) << 8 | UInt32(high >> 8)
        guard Self.isAllowed(type), length <= rest.readableBytes else { throw .malformedAggregate }
        let payload = ChunkReader.take(length, from: &rest)
        rest.moveReaderIndex(forwardBy: min(Self.trailerByteCount, rest.readableBytes))
        let first = firstTimestamp ?? partTimestamp
        firstTimestamp = first
        return RTMPMessage(
            type: type,
            streamID: streamID,
            timestamp: timestamp &+ (partTimestamp &- first),
            payload: payload
        )
    }

    /// Control messages have no business in an aggregate, nor have other aggregates.
    private static func isAllowed(_ type: RTMPMessageType) -> Bool {
        type.rawValue >= RTMPMessageType.audio.rawValue && type != .aggregate
    }
}
