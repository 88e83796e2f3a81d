import NIOCore

/// A payload as its chunks divide it.
struct ChunkedPayload {
    private let payload: ByteBuffer
    private let first: Int
    private let chunkSize: Int

    /// - Parameter first: What the first chunk has room for.
    init(_ payload: ByteBuffer, first: Int, chunkSize: Int) {
        self.payload = payload
        self.first = min(first, payload.readableBytes)
        self.chunkSize = chunkSize
    }

    func byteCount(between head: ChunkHead) -> Int {
        let rest = payload.readableBytes - first
        return payload.readableBytes + (rest + chunkSize - 1) / chunkSize * head.byteCount
    }

    func write(between head: ChunkHead, to buffer: inout ByteBuffer) {
        payload.withUnsafeReadableBytes { payload in
            buffer.writeBytes(UnsafeRawBufferPointer(rebasing: payload[..<first]))
            var position = first
            while position < payload.count {
                buffer.write(head)
                let end = min(position + chunkSize, payload.count)
                buffer.writeBytes(UnsafeRawBufferPointer(rebasing: payload[position..<end]))
                position = end
            }
        }
    }
}
