import NIOCore

/// A sample as a message of RTMP carries it: what FLV puts before it, and the sample's own bytes, which are not copied.
package struct FLVTag: Hashable, Sendable {
    package let prefix: MessagePrefix
    /// The message as it would be without the prefix.
    package let body: RTMPMessage

    /// The whole message in one piece.
    package var message: RTMPMessage {
        var message = body
        message.payload = ByteBuffer()
        message.payload.reserveCapacity(prefix.byteCount + body.payload.readableBytes)
        prefix.write(to: &message.payload)
        message.payload.writeImmutableBuffer(body.payload)
        return message
    }
}
