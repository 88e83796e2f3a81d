import NIOCore

extension ByteBuffer {
    mutating func readUInt24() -> UInt32? {
        guard let high = getInteger(at: readerIndex, as: UInt8.self),
            let low = getInteger(at: readerIndex + 1, as: UInt16.self)
        else { return nil }
        moveReaderIndex(forwardBy: 3)
        return UInt32(high) << 16 | UInt32(low)
    }

    /// A signed number of 24 bits.
    mutating func readInt24() -> Int32? {
        readUInt24().map { Int32(bitPattern: $0 << 8) >> 8 }
    }

    mutating func writeUInt24(_ value: UInt32) {
        writeInteger(UInt8(truncatingIfNeeded: value >> 16))
        writeInteger(UInt16(truncatingIfNeeded: value))
    }
}
