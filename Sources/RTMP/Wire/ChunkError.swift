/// Why chunks cannot be read any further. The connection is of no more use: nothing tells where the next chunk begins.
package enum ChunkError: Error, Hashable, Sendable {
    case tooManyChunkStreams
    /// The first chunk of a chunk stream leaves out what it would take over from the one before.
    case missingHeader(chunkStreamID: Int)
    /// A new message begins on a chunk stream before the one under way is whole.
    case headerInsideMessage(chunkStreamID: Int)
    /// A message of so many bytes was announced.
    case messageTooLarge(Int)
    /// More bytes of unfinished messages than `ChunkLimits.maximumPartialBytes`.
    case tooManyPartialBytes
    /// 0, or more than 31 bits.
    case invalidChunkSize(UInt32)
    /// A Set Chunk Size or Abort message that is too short.
    case malformedControl(RTMPMessageType)
    case malformedAggregate
}
