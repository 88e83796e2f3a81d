package import NIOCore

/// An RTP or RTCP packet between the messages of a connection, RFC 2326 §10.12.
package struct InterleavedFrame: Hashable, Sendable {
    /// The dollar sign that no message begins with.
    package static let mark = UInt8(ascii: "$")
    /// The mark, the channel and the length before the payload.
    package static let headerByteCount = 4

    package var channel: UInt8
    package var payload: ByteBuffer

    package init(channel: UInt8, payload: ByteBuffer) {
        self.channel = channel
        self.payload = payload
    }

    /// - Returns: false when the payload is longer than its length can say; then nothing is written.
    @discardableResult
    package func write(into buffer: inout ByteBuffer) -> Bool {
        guard let length = UInt16(exactly: payload.readableBytes) else { return false }
        Self.writeHeader(channel: channel, payloadByteCount: length, into: &buffer)
        buffer.writeImmutableBuffer(payload)
        return true
    }

    /// What comes before the payload, for those who write that themselves.
    package static func writeHeader(channel: UInt8, payloadByteCount: UInt16, into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(mark, channel, payloadByteCount)
    }
}
