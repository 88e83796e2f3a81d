import Delivery
import NIOCore

/// One message of a running stream, encoded once for all who receive it.
struct RTMPFrame: DeliveryFrame {
    /// The message stream that `bytes` are for: what nearly every peer has.
    static let sharedStreamID: UInt32 = 1

    let sequence: UInt64
    let bytes: ByteBuffer
    /// A decoder can start here.
    let isStart: Bool
    /// A sequence header or metadata: never dropped.
    let isHeader: Bool
    /// What `bytes` are made of, if it is metadata, which servers and players are told in different words.
    private let metadata: RTMPMessage?

    init(_ tag: FLVTag, sequence: UInt64, isStart: Bool) {
        self.sequence = sequence
        self.isStart = isStart
        isHeader = false
        metadata = nil
        bytes = Self.encode(tag.body, behind: tag.prefix)
    }

    init(header message: RTMPMessage, sequence: UInt64) {
        self.sequence = sequence
        isStart = false
        isHeader = true
        metadata = message.type == .dataAMF0 ? message : nil
        bytes = Self.encode(message, behind: MessagePrefix())
    }

    func bytes(for audience: FLVMetadata.Audience, streamID: UInt32) -> ByteBuffer {
        var bytes = bytes
        if audience == .server, var metadata {
            metadata.payload = FLVMetadata.addressedToServer(metadata.payload)
            bytes = Self.encode(metadata, behind: MessagePrefix())
        }
        guard streamID != Self.sharedStreamID else { return bytes }
        bytes.setInteger(streamID, at: bytes.readerIndex + ChunkWriter.sharedStreamIDOffset, endianness: .little)
        return bytes
    }

    private static func encode(_ message: RTMPMessage, behind prefix: MessagePrefix) -> ByteBuffer {
        let chunkStreamID =
            switch message.type {
            case .audio: RTMPChunkStream.audio
            case .video: RTMPChunkStream.video
            default: RTMPChunkStream.data
            }
        return ChunkWriter.encodeShared(
            message,
            behind: prefix,
            chunkStreamID: chunkStreamID,
            chunkSize: Int(RTMPSessionLimits.chunkSize)
        )
    }
}
