/// The header of a PES packet with time stamps and aligned data, ISO/IEC 13818-1 §2.4.3.6.
struct PESHeaderBytes {
    /// With both time stamps.
    static let maximumByteCount = 19
    /// The longest data that a packet of sound can have: its length counts what follows the field, of 16 bits.
    static let maximumBoundedByteCount = Int(UInt16.max) - (maximumByteCount - 6)

    var streamID: UInt8
    var presentation: PESTimestamp
    /// Nil when it is the presentation time.
    var decoding: PESTimestamp?
    /// The data that follows. When it is too long for the length field, that says 0, which is for video only.
    var payloadByteCount: Int

    var byteCount: Int { decoding == nil ? 14 : 19 }

    /// Writes `byteCount` bytes.
    func write(to bytes: UnsafeMutableRawPointer) {
        let length = byteCount - 6 + payloadByteCount
        let shownLength = UInt16(exactly: length) ?? 0
        bytes.storeBytes(of: UInt32(0x100 | UInt32(streamID)).bigEndian, as: UInt32.self)
        bytes.storeBytes(of: shownLength.bigEndian, toByteOffset: 4, as: UInt16.self)
        // data_alignment_indicator
        bytes.storeBytes(of: 0x84, toByteOffset: 6, as: UInt8.self)
        bytes.storeBytes(of: decoding == nil ? 0x80 : 0xC0, toByteOffset: 7, as: UInt8.self)
        bytes.storeBytes(of: UInt8(truncatingIfNeeded: byteCount - 9), toByteOffset: 8, as: UInt8.self)
        bytes.storeBytes(of: decoding == nil ? 0x20 : 0x30, toByteOffset: 9, as: UInt8.self)
        presentation.write(to: bytes + 9)
        if let decoding {
            bytes.storeBytes(of: 0x10, toByteOffset: 14, as: UInt8.self)
            decoding.write(to: bytes + 14)
        }
    }
}
