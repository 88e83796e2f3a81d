public import NIOCore

/// The RTP packets of one sample, in one piece of memory that all readers share.
///
/// Each lies behind the four bytes that frame it on an RTSP connection, RFC 2326 §10.12: `interleaved` goes to readers by
/// TCP as it is, and the packets, which are slices of it, to readers by UDP.
public struct RTPPackets: Hashable, Sendable, Sequence {
    /// A dollar sign, the channel, and the packet's length in 16 bits.
    public static let frameHeaderByteCount = 4

    /// All packets, framed for the stream's channel.
    public private(set) var interleaved: ByteBuffer
    /// Of packets.
    public private(set) var count = 0
    private let channel: UInt8
    private var lastPacket = 0

    init(channel: UInt8, reserving byteCount: Int) {
        self.channel = channel
        interleaved = ByteBuffer()
        interleaved.reserveCapacity(byteCount)
    }

    /// All packets, framed for another channel: a copy, for readers that chose one.
    public func interleaved(onChannel other: UInt8) -> ByteBuffer {
        guard other != channel else { return interleaved }
        var copy = ByteBuffer(bytes: interleaved.readableBytesView)
        var start = 0
        while let length = copy.getInteger(at: start + 2, as: UInt16.self) {
            copy.setInteger(other, at: start + 1)
            start += Self.frameHeaderByteCount + Int(length)
        }
        return copy
    }

    /// Walks the packets, without their frames.
    public func makeIterator() -> Iterator { Iterator(rest: interleaved) }

    /// Slices one packet after the other off the shared memory.
    public struct Iterator: IteratorProtocol {
        fileprivate var rest: ByteBuffer

        /// The next packet, without frame.
        public mutating func next() -> ByteBuffer? {
            rest.moveReaderIndex(forwardBy: Swift.min(2, rest.readableBytes))
            return rest.readLengthPrefixedSlice(as: UInt16.self)
        }
    }

    mutating func append(_ header: RTPHeader, payload: (inout ByteBuffer) -> Void) {
        let start = interleaved.writerIndex
        interleaved.writeMultipleIntegers(UInt8(ascii: "$"), channel, UInt16(0))
        lastPacket = interleaved.writerIndex
        interleaved.writeWithUnsafeMutableBytes(minimumWritableBytes: RTPHeader.fixedByteCount) { bytes in
            header.encode(into: bytes)
            return RTPHeader.fixedByteCount
        }
        payload(&interleaved)
        let byteCount = interleaved.writerIndex - lastPacket
        interleaved.setInteger(UInt16(truncatingIfNeeded: byteCount), at: start + 2)
        count += 1
    }

    /// Sets the marker of the last packet.
    mutating func markLast() {
        guard count > 0, let byte = interleaved.getInteger(at: lastPacket + 1, as: UInt8.self) else { return }
        interleaved.setInteger(byte | 0x80, at: lastPacket + 1)
    }
}

extension RTPPackets {
    /// Lists where the packets lie, for calls that send many at once.
    ///
    /// - Parameters:
    ///   - bytes: of `interleaved`.
    ///   - list: with room for `count`.
    /// - Returns: How many.
    public func list(
        in bytes: UnsafeRawBufferPointer,
        into list: UnsafeMutableBufferPointer<UnsafeRawBufferPointer>
    ) -> Int {
        var (found, start) = (0, 0)
        while found < list.count, start + Self.frameHeaderByteCount <= bytes.count {
            let length = Int(bytes[start + 2]) << 8 | Int(bytes[start + 3])
            let end = start + Self.frameHeaderByteCount + length
            guard end <= bytes.count else { break }
            list.initializeElement(
                at: found,
                to: UnsafeRawBufferPointer(rebasing: bytes[start + Self.frameHeaderByteCount..<end])
            )
            found += 1
            start = end
        }
        return found
    }
}
