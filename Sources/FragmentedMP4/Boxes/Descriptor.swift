import NIOCore

/// The descriptors of ISO/IEC 14496-1 §7.2.6 that tell a decoder of MPEG audio what comes.
enum Descriptor {
    /// `objectTypeIndication`, table 5.
    enum ObjectType {
        static let mpeg4Audio: UInt8 = 0x40
        static let mpeg1Audio: UInt8 = 0x6B
    }

    private static let elementaryStream: UInt8 = 0x03
    private static let decoderConfiguration: UInt8 = 0x04
    private static let decoderSpecific: UInt8 = 0x05
    private static let synchronizationLayer: UInt8 = 0x06
    /// `streamType` audio, with the reserved bit behind it.
    private static let audioStream: UInt8 = 0x05 << 2 | 1

    /// The box `esds`, ISO/IEC 14496-14 §5.6.
    ///
    /// - Parameter specific: what the decoder must know beforehand; empty when it needs nothing.
    static func writeBox(objectType: UInt8, specific: ByteBuffer, to buffer: inout ByteBuffer) {
        buffer.writeFullBox("esds") { buffer in
            write(elementaryStream, to: &buffer) { buffer in
                buffer.writeInteger(UInt16(0))  // ES_ID, which a file leaves to the track
                buffer.writeInteger(UInt8(0))  // no dependence, no URL, no clock of its own
                write(decoderConfiguration, to: &buffer) { buffer in
                    buffer.writeMultipleIntegers(objectType, audioStream)
                    // The decoder's buffer (24 bits) and the greatest and mean rate are not known.
                    buffer.writeRepeatingByte(0, count: 3 + 4 + 4)
                    if specific.readableBytes > 0 {
                        write(decoderSpecific, to: &buffer) { $0.writeImmutableBuffer(specific) }
                    }
                }
                write(synchronizationLayer, to: &buffer) { $0.writeInteger(UInt8(2)) }
            }
        }
    }

    /// A tag, the length in four bytes of seven bits each, and the content.
    private static func write(_ tag: UInt8, to buffer: inout ByteBuffer, _ writeContent: (inout ByteBuffer) -> Void) {
        buffer.writeInteger(tag)
        let start = buffer.writerIndex
        buffer.writeInteger(UInt32(0))
        writeContent(&buffer)
        let count = UInt32(truncatingIfNeeded: buffer.writerIndex - start - 4)
        let parts = [count >> 21, count >> 14, count >> 7, count].map { $0 & 0x7F }
        buffer.setInteger(parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3] | 0x8080_8000, at: start)
    }
}
