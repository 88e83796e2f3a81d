import NIOCore

/// The chunks of a message in bytes that are right for every peer, whatever it was sent before: the header is whole and
/// the timestamp absolute.
///
/// A payload that fits into one chunk is not copied: what stands before it is kept apart.
struct SharedChunks: Sendable {
    let head: ChunkHead
    /// The payload, with the headers of further chunks in it.
    let body: ByteBuffer

    /// Nil when the message is longer than 16,777,215 bytes.
    ///
    /// - Parameter prefix: Comes before the message's payload.
    init?(
        _ message: RTMPMessage,
        behind prefix: MessagePrefix = MessagePrefix(),
        chunkStreamID: Int,
        chunkSize: Int
    ) {
        let length = prefix.byteCount + message.payload.readableBytes
        guard length <= ChunkWriter.maximumMessageBytes else { return nil }
        precondition(ChunkWriter.chunkStreamIDs.contains(chunkStreamID), "no such chunk stream")
        let chunkSize = ChunkWriter.clamp(chunkSize)
        precondition(prefix.byteCount <= chunkSize, "the prefix does not fit into a chunk")
        head = ChunkHead(
            .full,
            chunkStreamID: chunkStreamID,
            timestamp: message.timestamp,
            length: length,
            type: message.type,
            streamID: message.streamID,
            prefix: prefix
        )
        guard length > chunkSize else {
            body = message.payload
            return
        }
        let pieces = ChunkedPayload(message.payload, first: chunkSize - prefix.byteCount, chunkSize: chunkSize)
        let next = ChunkHead(.none, chunkStreamID: chunkStreamID, timestamp: message.timestamp)
        var body = ByteBufferAllocator().buffer(capacity: pieces.byteCount(between: next))
        pieces.write(between: next, to: &body)
        self.body = body
    }

    private init(_ head: ChunkHead, _ body: ByteBuffer) {
        self.head = head
        self.body = body
    }

    var byteCount: Int { head.byteCount + body.readableBytes }

    /// The same for another message stream.
    func addressed(to streamID: UInt32) -> Self {
        Self(head.addressed(to: streamID), body)
    }
}
