import Delivery
import NIOCore

/// One message of a running stream, encoded once for all who receive it.
final class RTMPFrame: DeliveryFrame {
    /// The message stream that most peers have.
    static let sharedStreamID: UInt32 = 1

    let sequence: UInt64
    /// A decoder can start here.
    let isStart: Bool
    /// A sequence header or metadata: never dropped.
    let isHeader: Bool
    /// For players, on the shared message stream. Nil for a message that no header can tell the length of.
    private let chunks: SharedChunks?
    /// Metadata, which servers are told in different words.
    private let chunksForServers: SharedChunks?

    init(_ tag: FLVTag, sequence: UInt64, isStart: Bool) {
        self.sequence = sequence
        self.isStart = isStart
        isHeader = false
        chunks = Self.encode(tag.body, behind: tag.prefix)
        chunksForServers = nil
    }

    init(header message: RTMPMessage, sequence: UInt64) {
        self.sequence = sequence
        isStart = false
        isHeader = true
        chunks = Self.encode(message, behind: MessagePrefix())
        if message.type == .dataAMF0 {
            var message = message
            message.payload = FLVMetadata.addressedToServer(message.payload)
            chunksForServers = Self.encode(message, behind: MessagePrefix())
        } else {
            chunksForServers = nil
        }
    }

    var byteCount: Int { chunks?.byteCount ?? 0 }

    func chunks(for audience: FLVMetadata.Audience, streamID: UInt32) -> SharedChunks? {
        let chunks = audience == .server ? chunksForServers ?? chunks : chunks
        return streamID == Self.sharedStreamID ? chunks : chunks?.addressed(to: streamID)
    }

    private static func encode(_ message: RTMPMessage, behind prefix: MessagePrefix) -> SharedChunks? {
        let chunkStreamID =
            switch message.type {
            case .audio: RTMPChunkStream.audio
            case .video: RTMPChunkStream.video
            default: RTMPChunkStream.data
            }
        return SharedChunks(
            message,
            behind: prefix,
            chunkStreamID: chunkStreamID,
            chunkSize: Int(RTMPSessionLimits.chunkSize)
        )
    }
}
