/// The header of an FEC packet, behind its RTP header: RFC 2733 §6.2 with the extension of SMPTE ST 2022-1 (Pro-MPEG Code of
/// Practice 3).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-------------------------------+-------------------------------+
///     |        SNBase low bits        |        length recovery        |
///     +-+-------------+---------------+-------------------------------+
///     |E| PT recovery |                     mask                      |
///     +-+-------------+-----------------------------------------------+
///     |                          TS recovery                          |
///     +-+-+-----+-----+---------------+---------------+---------------+
///     |N|D|type |index|    offset     |      NA       |SNBase ext bits|
///     +-+-+-----+-----+---------------+---------------+---------------+
///
/// The packet protects the `count` media packets `sequenceBase`, `sequenceBase + offset`, and so on. The recovery fields
/// are the exclusive or of what these packets have.
public struct FECHeader: Hashable, Sendable {
    public static let byteCount = 16

    /// Which of the two FEC streams a packet belongs to: the D bit.
    public enum Stream: UInt8, Hashable, Sendable, CaseIterable {
        /// The first FEC stream: a column of the matrix.
        case column = 0
        /// The second FEC stream: a row of the matrix.
        case row = 1

        /// How far the stream's UDP port is from the media's, ST 2022-1.
        public var portOffset: UInt16 { self == .column ? 2 : 4 }
    }

    /// The number of the first protected media packet: SNBase low bits, RFC 2733 §6.2. The extension bits that ST 2022-1
    /// adds are for numbers of 24 bits; with RTP's 16 they are 0 and are not looked at.
    public var sequenceBase: UInt16
    /// Of the lengths of all that follows the fixed RTP header: CSRCs, extension, payload and padding, RFC 2733 §6.2.
    public var lengthRecovery: UInt16
    /// 7 bits, RFC 2733 §6.2.
    public var payloadTypeRecovery: UInt8
    /// RFC 2733 §6.2.
    public var timestampRecovery: UInt32
    /// D: whether this is the first or the second FEC stream, ST 2022-1.
    public var stream: Stream
    /// The distance of the protected packets' numbers: the columns of the matrix for a column, 1 for a row, ST 2022-1.
    public var offset: UInt8
    /// NA: how many packets are protected: the rows of the matrix for a column, its columns for a row, ST 2022-1.
    public var count: UInt8

    public init(
        sequenceBase: UInt16,
        lengthRecovery: UInt16,
        payloadTypeRecovery: UInt8,
        timestampRecovery: UInt32,
        stream: Stream,
        offset: UInt8,
        count: UInt8
    ) {
        self.sequenceBase = sequenceBase
        self.lengthRecovery = lengthRecovery
        self.payloadTypeRecovery = payloadTypeRecovery
        self.timestampRecovery = timestampRecovery
        self.stream = stream
        self.offset = offset
        self.count = count
    }

    /// Nil when there are fewer than 16 bytes, when the packet protects nothing, or when it is of a kind that ST 2022-1
    /// does not use: without the extension (E), with a further one (N), or with another code than exclusive or (type).
    public init?(decoding bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.byteCount else { return nil }
        // E is 1 in ST 2022-1: the third word and the last one are there. The mask of RFC 2733 is then unused.
        guard bytes[4] & 0x80 != 0 else { return nil }
        // N (0: no further extension), D, type (0: exclusive or), index (0 with it).
        let kind = bytes[12]
        guard kind & 0xB8 == 0, bytes[13] > 0, bytes[14] > 0 else { return nil }
        self.init(
            sequenceBase: UInt16(bigEndian: bytes.loadUnaligned(as: UInt16.self)),
            lengthRecovery: UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)),
            payloadTypeRecovery: bytes[4] & 0x7F,
            timestampRecovery: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)),
            stream: kind & 0x40 == 0 ? .column : .row,
            offset: bytes[13],
            count: bytes[14]
        )
    }

    /// Writes 16 bytes. Writes nothing into a shorter buffer.
    public func encode(into buffer: UnsafeMutableRawBufferPointer) {
        guard buffer.count >= Self.byteCount else { return }
        buffer.storeBytes(of: sequenceBase.bigEndian, as: UInt16.self)
        buffer.storeBytes(of: lengthRecovery.bigEndian, toByteOffset: 2, as: UInt16.self)
        let extensionAndType = 0x8000_0000 | UInt32(payloadTypeRecovery & 0x7F) << 24
        buffer.storeBytes(of: extensionAndType.bigEndian, toByteOffset: 4, as: UInt32.self)
        buffer.storeBytes(of: timestampRecovery.bigEndian, toByteOffset: 8, as: UInt32.self)
        buffer[12] = stream.rawValue << 6
        buffer[13] = offset
        buffer[14] = count
        buffer[15] = 0
    }

    /// How many numbers lie from the first protected packet to the last one, both included.
    var span: Int { (Int(count) - 1) * Int(offset) + 1 }

    /// Whether the packet protects a number.
    func protects(_ sequence: UInt16) -> Bool {
        let (index, rest) = Int(sequence &- sequenceBase).quotientAndRemainder(dividingBy: Int(offset))
        return rest == 0 && index < Int(count)
    }
}
