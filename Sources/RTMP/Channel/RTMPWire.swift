import NIOCore

/// What both ends of a connection do with bytes after the handshake: chunks in and out, and acknowledgements.
struct RTMPWire {
    private(set) var reader: ChunkReader
    private(set) var writer = ChunkWriter()

    init(bytesReceived: UInt64 = 0, limits: ChunkLimits = .default) {
        reader = ChunkReader(limits: limits, bytesReceived: bytesReceived)
    }

    mutating func append(_ bytes: inout ByteBuffer) {
        reader.append(&bytes)
    }

    mutating func nextMessage() throws(ChunkError) -> RTMPMessage? {
        try reader.nextMessage()
    }

    /// The peer was let in and may send what a publisher sends.
    mutating func raiseLimits() {
        reader.limits = .publishing
    }

    mutating func setChunkSize(_ size: Int) {
        writer.setChunkSize(size)
    }

    mutating func encode(_ message: RTMPMessage, chunkStreamID: Int, into buffer: inout ByteBuffer) {
        writer.write(message, chunkStreamID: chunkStreamID, into: &buffer)
    }

    /// Appends the acknowledgement that is due.
    mutating func acknowledge(window: UInt32, into buffer: inout ByteBuffer) {
        guard let count = reader.acknowledgementDue(window: window) else { return }
        encode(RTMPControl.acknowledgement(count).message, chunkStreamID: RTMPChunkStream.control, into: &buffer)
    }
}
