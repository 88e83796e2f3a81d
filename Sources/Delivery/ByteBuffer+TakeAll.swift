package import NIOCore

extension ByteBuffer {
    /// Leaves an empty buffer. Before bytes are handed to something that may call back, so that the place where they were
    /// can be used meanwhile.
    package mutating func takeAll() -> ByteBuffer {
        defer { self = ByteBuffer() }
        return self
    }
}
