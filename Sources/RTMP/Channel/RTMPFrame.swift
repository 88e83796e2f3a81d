import NIOCore

/// One message of a running stream, encoded once for all who receive it.
struct RTMPFrame: Sendable {
    /// The message stream and chunk size that `bytes` are right for: what nearly every player has.
    static let sharedStreamID: UInt32 = 1
    static let sharedChunkSize = Int(RTMPSessionLimits.serverChunkSize)

    /// Frames of one stream are numbered without gaps.
    let sequence: UInt64
    let message: RTMPMessage
    let bytes: ByteBuffer
    /// A decoder can start here.
    let isStart: Bool
    /// A sequence header or metadata: never dropped.
    let isHeader: Bool

    init(_ message: RTMPMessage, sequence: UInt64, isStart: Bool = false, isHeader: Bool = false) {
        self.sequence = sequence
        self.message = message
        self.isStart = isStart
        self.isHeader = isHeader
        bytes = Self.encode(message, chunkSize: Self.sharedChunkSize)
    }

    func bytes(for audience: FLVMetadata.Audience, streamID: UInt32, chunkSize: Int) -> ByteBuffer {
        let isMetadataForServer = audience == .server && message.type == .dataAMF0
        if streamID == Self.sharedStreamID, chunkSize == Self.sharedChunkSize, !isMetadataForServer { return bytes }
        var message = message
        message.streamID = streamID
        if isMetadataForServer { message.payload = FLVMetadata.addressedToServer(message.payload) }
        return Self.encode(message, chunkSize: chunkSize)
    }

    private static func encode(_ message: RTMPMessage, chunkSize: Int) -> ByteBuffer {
        let chunkStreamID =
            switch message.type {
            case .audio: RTMPChunkStream.audio
            case .video: RTMPChunkStream.video
            default: RTMPChunkStream.data
            }
        return ChunkWriter.encodeShared(message, chunkStreamID: chunkStreamID, chunkSize: chunkSize)
    }
}
