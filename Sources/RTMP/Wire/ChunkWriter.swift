package import NIOCore

/// Cuts messages into chunks, RTMP 1.0 §5.3.
///
/// One writer is one connection's: it leaves out of headers what the peer has from the messages before. Media that goes
/// to many players is encoded once for all with `encodeShared`, on chunk streams that no writer uses: it would not know
/// what was sent there.
package struct ChunkWriter: Sendable {
    /// Until another one was announced, §5.4.1.
    package static let initialChunkSize = 128
    /// Greater chunks save nothing.
    package static let chunkSizes = 1...65_536
    /// The chunk stream of control messages, §5.4.
    package static let controlChunkStreamID = 2
    package static let chunkStreamIDs = 2...65_599
    /// The length has 24 bits.
    package static let maximumMessageBytes = 0xFF_FFFF

    /// What the peer has of the last message on a chunk stream.
    private struct Stream: Sendable {
        let identifier: Int
        var timestamp: UInt32
        /// nil after an absolute timestamp, which peers disagree on how to go on from without a header.
        var difference: UInt32?
        var length: Int
        var type: RTMPMessageType
        var streamID: UInt32
    }

    /// Never more than `chunkSizes` allows.
    package private(set) var chunkSize = Self.initialChunkSize
    private var streams: [Stream] = []

    package init() {}

    /// Cuts the messages that follow into chunks of another size, which a written Set Chunk Size message announced.
    package mutating func setChunkSize(_ size: Int) {
        chunkSize = Self.clamp(size)
    }

    /// Appends the chunks of a message to `buffer`.
    ///
    /// - Returns: false when the message is longer than 16,777,215 bytes; nothing is written then.
    @discardableResult
    package mutating func write(
        _ message: RTMPMessage,
        chunkStreamID: Int,
        into buffer: inout ByteBuffer
    ) -> Bool {
        let length = message.payload.readableBytes
        guard length <= Self.maximumMessageBytes else { return false }
        var sent = Stream(
            identifier: chunkStreamID,
            timestamp: message.timestamp,
            difference: nil,
            length: length,
            type: message.type,
            streamID: message.streamID
        )
        var format = ChunkHeader.Format.full
        if let index = streams.firstIndex(where: { $0.identifier == chunkStreamID }) {
            format = Self.format(for: &sent, after: streams[index])
            streams[index] = sent
        } else {
            streams.append(sent)
        }
        Self.encode(
            sent,
            format: format,
            timestamp: sent.difference ?? message.timestamp,
            MessagePrefix(),
            message.payload,
            chunkSize: chunkSize,
            into: &buffer
        )
        return true
    }

    /// The chunks of a message in bytes that are right for every peer, whatever it was sent before: the header is
    /// whole and the timestamp absolute.
    ///
    /// - Parameter prefix: Comes before the message's payload.
    /// - Returns: An empty buffer when the message is longer than 16,777,215 bytes.
    package static func encodeShared(
        _ message: RTMPMessage,
        behind prefix: MessagePrefix = MessagePrefix(),
        chunkStreamID: Int,
        chunkSize: Int
    ) -> ByteBuffer {
        var buffer = ByteBuffer()
        let length = prefix.byteCount + message.payload.readableBytes
        guard length <= maximumMessageBytes else { return buffer }
        encode(
            Stream(
                identifier: chunkStreamID,
                timestamp: message.timestamp,
                difference: nil,
                length: length,
                type: message.type,
                streamID: message.streamID
            ),
            format: .full,
            timestamp: message.timestamp,
            prefix,
            message.payload,
            chunkSize: clamp(chunkSize),
            into: &buffer
        )
        return buffer
    }

    /// Where `encodeShared` puts the number of the message stream, on chunk streams below 64.
    static let sharedStreamIDOffset = 8

    /// The shortest header for `next`, whose difference it fills in unless the timestamp is to be absolute.
    private static func format(for next: inout Stream, after last: Stream) -> ChunkHeader.Format {
        let difference = next.timestamp &- last.timestamp
        // Also when time goes back. Extended differences are legal, but peers read them in different ways.
        guard next.streamID == last.streamID, difference < ChunkHeader.extendedTimestampMark else { return .full }
        next.difference = difference
        guard next.length == last.length, next.type == last.type else { return .sameStream }
        return difference == last.difference ? .none : .timestampOnly
    }

    private static func clamp(_ chunkSize: Int) -> Int {
        min(max(chunkSize, chunkSizes.lowerBound), chunkSizes.upperBound)
    }

    private static func encode(
        _ message: Stream,
        format: ChunkHeader.Format,
        timestamp: UInt32,
        _ prefix: MessagePrefix,
        _ payload: ByteBuffer,
        chunkSize: Int,
        into buffer: inout ByteBuffer
    ) {
        let chunkStreamID = message.identifier
        precondition(chunkStreamIDs.contains(chunkStreamID), "no such chunk stream")
        precondition(prefix.byteCount <= chunkSize, "the prefix does not fit into a chunk")
        let isExtended = timestamp >= ChunkHeader.extendedTimestampMark
        let continuations = max(0, message.length - 1) / chunkSize
        let basicByteCount = chunkStreamID < 64 ? 1 : chunkStreamID < 320 ? 2 : 3
        let repeatedByteCount = basicByteCount + (isExtended ? 4 : 0)
        buffer.reserveCapacity(
            minimumWritableBytes: format.byteCount + repeatedByteCount * (continuations + 1) + message.length
        )

        buffer.writeBasicHeader(format, chunkStreamID: chunkStreamID)
        if format != .none {
            writeLower24Bits(min(timestamp, ChunkHeader.extendedTimestampMark), to: &buffer)
        }
        if format == .full || format == .sameStream {
            writeLower24Bits(UInt32(truncatingIfNeeded: message.length), to: &buffer)
            buffer.writeInteger(message.type.rawValue)
        }
        if format == .full {
            buffer.writeInteger(message.streamID, endianness: .little)
        }
        if isExtended { buffer.writeInteger(timestamp) }

        prefix.write(to: &buffer)
        payload.withUnsafeReadableBytes { payload in
            var position = min(chunkSize - prefix.byteCount, payload.count)
            buffer.writeBytes(UnsafeRawBufferPointer(rebasing: payload[..<position]))
            while position < payload.count {
                buffer.writeBasicHeader(.none, chunkStreamID: chunkStreamID)
                if isExtended { buffer.writeInteger(timestamp) }
                let end = min(position + chunkSize, payload.count)
                buffer.writeBytes(UnsafeRawBufferPointer(rebasing: payload[position..<end]))
                position = end
            }
        }
    }

    private static func writeLower24Bits(_ value: UInt32, to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt8(truncatingIfNeeded: value >> 16))
        buffer.writeInteger(UInt16(truncatingIfNeeded: value))
    }
}
