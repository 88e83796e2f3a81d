package import NIOCore

/// Cuts messages into chunks, RTMP 1.0 §5.3.
///
/// One writer is one connection's: it leaves out of headers what the peer has from the messages before. Media that goes
/// to many players is encoded once for all as `SharedChunks`, on chunk streams that no writer uses: it would not know
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
        precondition(Self.chunkStreamIDs.contains(chunkStreamID), "no such chunk stream")
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
        let timestamp = sent.difference ?? message.timestamp
        let head = ChunkHead(
            format,
            chunkStreamID: chunkStreamID,
            timestamp: timestamp,
            length: length,
            type: message.type,
            streamID: message.streamID
        )
        let pieces = ChunkedPayload(message.payload, first: chunkSize, chunkSize: chunkSize)
        let next = ChunkHead(.none, chunkStreamID: chunkStreamID, timestamp: timestamp)
        buffer.reserveCapacity(minimumWritableBytes: head.byteCount + pieces.byteCount(between: next))
        buffer.write(head)
        pieces.write(between: next, to: &buffer)
        return true
    }

    /// The shortest header for `next`, whose difference it fills in unless the timestamp is to be absolute.
    private static func format(for next: inout Stream, after last: Stream) -> ChunkHeader.Format {
        let difference = next.timestamp &- last.timestamp
        // Also when time goes back. Extended differences are legal, but peers read them in different ways.
        guard next.streamID == last.streamID, difference < ChunkHeader.extendedTimestampMark else { return .full }
        next.difference = difference
        guard next.length == last.length, next.type == last.type else { return .sameStream }
        return difference == last.difference ? .none : .timestampOnly
    }

    static func clamp(_ chunkSize: Int) -> Int {
        min(max(chunkSize, chunkSizes.lowerBound), chunkSizes.upperBound)
    }
}
