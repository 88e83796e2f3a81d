/// The header of an RTP packet, RFC 3550 §5.1, and where its payload lies.
public struct RTPHeader: Hashable, Sendable {
    /// The fixed part: what `encode` writes.
    public static let fixedByteCount = 12
    /// MPEG-2 transport streams, RFC 3551 §6; its clock runs at 90 kHz.
    public static let transportStreamPayloadType: UInt8 = 33
    /// Ticks a second of the timestamps of `transportStreamPayloadType`, RFC 2250 §2.
    public static let transportStreamClockRate: Int64 = 90_000

    public var marker: Bool
    /// 7 bits.
    public var payloadType: UInt8
    public var sequenceNumber: UInt16
    /// In ticks of the payload type's clock.
    public var timestamp: UInt32
    public var ssrc: UInt32
    /// The payload within the packet, without CSRCs, extension and padding. Counted from the packet's first byte.
    public private(set) var payloadRange: Range<Int>

    public init(
        marker: Bool = false,
        payloadType: UInt8 = transportStreamPayloadType,
        sequenceNumber: UInt16,
        timestamp: UInt32,
        ssrc: UInt32
    ) {
        self.marker = marker
        self.payloadType = payloadType
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.ssrc = ssrc
        payloadRange = Self.fixedByteCount..<Self.fixedByteCount
    }

    /// Nil when `packet` is not RTP version 2, or is shorter than its CSRC count, extension and padding claim.
    @inlinable
    public init?(decoding packet: UnsafeRawBufferPointer) {
        let count = packet.count
        guard count >= Self.fixedByteCount, let base = packet.baseAddress else { return nil }
        let first = base.load(as: UInt8.self)
        guard first >> 6 == 2 else { return nil }
        var start = Self.fixedByteCount + 4 * Int(first & 0x0F)
        var end = count
        if first & 0x30 != 0 {
            if first & 0x10 != 0 {
                guard start + 4 <= count else { return nil }
                let words = UInt16(bigEndian: base.loadUnaligned(fromByteOffset: start + 2, as: UInt16.self))
                start += 4 + 4 * Int(words)
            }
            if first & 0x20 != 0 {
                // The last byte counts the padding, itself included.
                let padding = Int(base.load(fromByteOffset: count - 1, as: UInt8.self))
                guard padding > 0 else { return nil }
                end -= padding
            }
        }
        guard start <= end else { return nil }
        let second = base.load(fromByteOffset: 1, as: UInt8.self)
        self.init(
            marker: second & 0x80 != 0,
            payloadType: second & 0x7F,
            sequenceNumber: UInt16(bigEndian: base.loadUnaligned(fromByteOffset: 2, as: UInt16.self)),
            timestamp: UInt32(bigEndian: base.loadUnaligned(fromByteOffset: 4, as: UInt32.self)),
            ssrc: UInt32(bigEndian: base.loadUnaligned(fromByteOffset: 8, as: UInt32.self)),
            payloadRange: start..<end
        )
    }

    @usableFromInline
    init(
        marker: Bool,
        payloadType: UInt8,
        sequenceNumber: UInt16,
        timestamp: UInt32,
        ssrc: UInt32,
        payloadRange: Range<Int>
    ) {
        self.marker = marker
        self.payloadType = payloadType
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.ssrc = ssrc
        self.payloadRange = payloadRange
    }

    /// Writes the fixed 12 bytes, without CSRCs, extension or padding. Writes nothing into a shorter buffer.
    @inlinable
    public func encode(into buffer: UnsafeMutableRawBufferPointer) {
        guard buffer.count >= Self.fixedByteCount else { return }
        buffer.storeBytes(of: 0x80, as: UInt8.self)
        buffer.storeBytes(of: (marker ? 0x80 : 0) | payloadType & 0x7F, toByteOffset: 1, as: UInt8.self)
        buffer.storeBytes(of: sequenceNumber.bigEndian, toByteOffset: 2, as: UInt16.self)
        buffer.storeBytes(of: timestamp.bigEndian, toByteOffset: 4, as: UInt32.self)
        buffer.storeBytes(of: ssrc.bigEndian, toByteOffset: 8, as: UInt32.self)
    }
}
