/// A view of one transport stream packet, ISO/IEC 13818-1 §2.4.3.2: 188 borrowed bytes that start with the sync byte.
///
/// Nothing is copied or allocated; reads stay within the 188 bytes whatever the header claims.
@frozen
public struct TSPacket {
    /// The length of every packet, in bytes.
    public static var byteCount: Int { 188 }
    public static var syncByte: UInt8 { 0x47 }
    /// The PID of stuffing packets.
    public static var nullPID: UInt16 { 0x1FFF }
    /// How many PIDs there are: they are 13 bits.
    public static var pidCount: Int { 8192 }

    @usableFromInline let base: UnsafeRawPointer

    /// Nil when there are fewer than 188 bytes or they do not start with the sync byte. Further bytes are ignored.
    @inlinable
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.byteCount, let base = bytes.baseAddress,
            base.load(as: UInt8.self) == Self.syncByte
        else { return nil }
        self.base = base
    }

    /// `base` points to 188 bytes of which the first is the sync byte.
    @usableFromInline
    init(unchecked base: UnsafeRawPointer) {
        self.base = base
    }

    @inlinable
    func byte(_ offset: Int) -> UInt8 { base.load(fromByteOffset: offset, as: UInt8.self) }

    @inlinable public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: Self.byteCount) }
    @inlinable public var pid: UInt16 { UInt16(byte(1) & 0x1F) << 8 | UInt16(byte(2)) }
    /// `transport_error_indicator`: a demodulator could not repair the packet.
    @inlinable public var hasTransportError: Bool { byte(1) & 0x80 != 0 }
    /// `payload_unit_start_indicator`: a PES packet or a section starts here.
    @inlinable public var startsPayloadUnit: Bool { byte(1) & 0x40 != 0 }
    @inlinable public var isScrambled: Bool { byte(3) & 0xC0 != 0 }
    @inlinable public var continuityCounter: UInt8 { byte(3) & 0x0F }
    @inlinable public var hasAdaptationField: Bool { byte(3) & 0x20 != 0 }
    @inlinable public var hasPayload: Bool { byte(3) & 0x10 != 0 }

    /// The flags byte of the adaptation field, 0 without one.
    @inlinable var adaptationFlags: UInt8 { hasAdaptationField && byte(4) > 0 ? byte(5) : 0 }
    /// `discontinuity_indicator`: the continuity counter or the clock may jump here.
    @inlinable public var isDiscontinuous: Bool { adaptationFlags & 0x80 != 0 }
    /// `random_access_indicator`: decoding can start here.
    @inlinable public var isRandomAccessPoint: Bool { adaptationFlags & 0x40 != 0 }

    /// Where the payload starts, or nil without one, or when the adaptation field claims more than the packet has.
    @inlinable var payloadOffset: Int? {
        guard hasPayload else { return nil }
        guard hasAdaptationField else { return 4 }
        let offset = 5 + Int(byte(4))
        return offset < Self.byteCount ? offset : nil
    }

    @inlinable public var payload: UnsafeRawBufferPointer? {
        guard let offset = payloadOffset else { return nil }
        return UnsafeRawBufferPointer(start: base + offset, count: Self.byteCount - offset)
    }

    /// `program_clock_reference` in the adaptation field.
    @inlinable public var clockReference: ClockReference? {
        guard hasAdaptationField, byte(4) >= 7, byte(5) & 0x10 != 0 else { return nil }
        return ClockReference(reading: base + Self.clockOffset)
    }

    /// Where the adaptation field has `program_clock_reference`, when it has one: behind its length and its flags.
    @inlinable static var clockOffset: Int { 6 }

    /// Where `original_program_clock_reference` is, which follows the other one when its flag is set; nil without.
    var originalClockOffset: Int? { adaptationFlags & 0x18 == 0x18 && byte(4) >= 13 ? Self.clockOffset + 6 : nil }
}

extension TSPacket {
    /// Walks the whole packets in `bytes`, one every 188 bytes; what does not begin with the sync byte is passed over.
    static func forEach(in bytes: UnsafeRawBufferPointer, _ body: (TSPacket) -> Void) {
        var offset = 0
        while offset + byteCount <= bytes.count {
            if let packet = TSPacket(UnsafeRawBufferPointer(rebasing: bytes[offset...])) { body(packet) }
            offset += byteCount
        }
    }

    /// Whether one of the whole packets in `payload` is a random access point at the start of a PES packet of `pid`.
    ///
    /// For payloads that start on a packet, as SRT and RTP carry them; scanning ends where the packets do.
    public static func containsRandomAccess(in payload: UnsafeRawBufferPointer, pid: UInt16) -> Bool {
        var rest = payload
        while let packet = TSPacket(rest) {
            if packet.pid == pid, packet.isRandomAccessPoint, packet.startsPayloadUnit, !packet.hasTransportError {
                return true
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(byteCount))
        }
        return false
    }
}
