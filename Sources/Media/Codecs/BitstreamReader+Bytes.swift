import NIOCore

extension BitstreamReader {
    /// The next bits as bytes, the last filled up with zeros. For a few dozen bytes.
    mutating func readBits(_ count: Int) throws(BitstreamError) -> ByteBuffer {
        guard count <= remainingBits else { throw .exhausted }
        var buffer = ByteBuffer()
        var rest = count
        while rest > 0 {
            let taken = min(rest, 8)
            buffer.writeInteger(UInt8(truncatingIfNeeded: try read(taken) << UInt32(8 - taken)))
            rest -= taken
        }
        return buffer
    }

    /// The next `count` bytes, which may begin within one, copied at once from `bytes`, which the reader reads.
    mutating func readBytes(_ count: Int, of bytes: UnsafeRawBufferPointer) throws(BitstreamError) -> ByteBuffer {
        guard count * 8 <= remainingBits else { throw .exhausted }
        let start = position >> 3
        let shift = UInt8(truncatingIfNeeded: position & 7)
        var buffer = ByteBuffer()
        if shift == 0 {
            buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
        } else {
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
                for index in 0..<count {
                    target[index] = bytes[start + index] << shift | bytes[start + index + 1] >> (8 - shift)
                }
                return count
            }
        }
        try skip(count * 8)
        return buffer
    }
}
