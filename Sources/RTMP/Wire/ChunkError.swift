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

    /// A clause for people.
    var clause: String {
        switch self {
        case .tooManyChunkStreams: "more chunk streams are used than a peer may use"
        case .missingHeader(let id): "the first chunk of chunk stream \(id) has no whole header"
        case .headerInsideMessage(let id): "a message begins on chunk stream \(id) inside another one"
        case .messageTooLarge(let byteCount): "a message of \(byteCount) bytes is announced, which is too large"
        case .tooManyPartialBytes: "too many messages are begun and not ended"
        case .invalidChunkSize(let size): "a chunk size of \(size) is not possible"
        case .malformedControl(let type): "a control message of type \(type.rawValue) is too short"
        case .malformedAggregate: "an aggregate message contradicts itself"
        }
    }
}
