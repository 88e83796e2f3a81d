/// A whole PES packet, ISO/IEC 13818-1 §2.4.3.6: borrowed bytes from the start code prefix on.
struct PESPacket {
    /// Up to `PES_packet_length`.
    static let fixedByteCount = 6

    let streamID: UInt8
    let isScrambled: Bool
    let presentation: PESTimestamp?
    /// Only with a presentation time.
    let decoding: PESTimestamp?
    let payload: UnsafeRawBufferPointer

    /// Nil when it is no PES packet, or ends within its header.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.fixedByteCount, let base = bytes.baseAddress, bytes[0] == 0, bytes[1] == 0,
            bytes[2] == 1
        else { return nil }
        streamID = bytes[3]
        guard PESHeader.hasOptionalHeader(streamID) else { return nil }
        guard bytes.count >= 9, bytes[6] >> 6 == 2 else { return nil }
        isScrambled = bytes[6] & 0x30 != 0
        let start = 9 + Int(bytes[8])
        guard start <= bytes.count else { return nil }
        let flags = bytes[7] >> 6
        if flags >= 2, bytes[8] >= 5, bytes[9] >> 5 == 1 {
            presentation = PESTimestamp(reading: base + 9)
            decoding = flags == 3 && bytes[8] >= 10 && bytes[14] >> 4 == 1 ? PESTimestamp(reading: base + 14) : nil
        } else {
            presentation = nil
            decoding = nil
        }
        payload = UnsafeRawBufferPointer(rebasing: bytes[start...])
    }
}
