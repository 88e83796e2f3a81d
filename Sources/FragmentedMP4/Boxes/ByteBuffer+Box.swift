import NIOCore

/// The boxes of ISO/IEC 14496-12 §4.2: a length of 32 bits that counts itself, four characters, and what is inside.
extension ByteBuffer {
    mutating func writeBox(_ type: StaticString, _ writeContent: (inout ByteBuffer) -> Void) {
        let start = writerIndex
        writeInteger(UInt32(0))
        writeStaticString(type)
        writeContent(&self)
        setInteger(UInt32(truncatingIfNeeded: writerIndex - start), at: start)
    }

    /// A box that begins with a version and 24 flags.
    mutating func writeFullBox(
        _ type: StaticString,
        version: UInt8 = 0,
        flags: UInt32 = 0,
        _ writeContent: (inout ByteBuffer) -> Void
    ) {
        writeBox(type) { buffer in
            buffer.writeInteger(UInt32(version) << 24 | flags)
            writeContent(&buffer)
        }
    }
}
