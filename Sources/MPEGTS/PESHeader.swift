/// Where the timestamps lie in a PES header that starts in a packet, ISO/IEC 13818-1 §2.4.3.6.
struct PESHeader {
    let streamID: UInt8
    /// Offsets within the TS packet.
    let presentationOffset: Int
    let decodingOffset: Int?

    /// Nil when no PES packet starts in this packet, it has no timestamps, is scrambled, or its header goes on in the
    /// next packet.
    init?(_ packet: TSPacket) {
        guard packet.startsPayloadUnit, !packet.isScrambled, let start = packet.payloadOffset,
            start + 14 <= TSPacket.byteCount,
            packet.byte(start) == 0, packet.byte(start + 1) == 0, packet.byte(start + 2) == 1
        else { return nil }
        streamID = packet.byte(start + 3)
        guard Self.hasOptionalHeader(streamID), packet.byte(start + 6) >> 6 == 2 else { return nil }
        let flags = packet.byte(start + 7) >> 6
        let length = packet.byte(start + 8)
        guard flags >= 2, length >= 5 else { return nil }
        presentationOffset = start + 9
        if flags == 3 {
            guard length >= 10, start + 19 <= TSPacket.byteCount else { return nil }
            decodingOffset = start + 14
        } else {
            decodingOffset = nil
        }
    }

    typealias Times = (decoding: PESTimestamp, presentation: PESTimestamp)

    /// When the PES packet is to be decoded and presented; the first is the second where the header has one time only.
    ///
    /// - Parameter base: The packet in which the header was found.
    func times(in base: UnsafeRawPointer) -> Times {
        let presentation = PESTimestamp(reading: base + presentationOffset)
        return (decodingOffset.map { PESTimestamp(reading: base + $0) } ?? presentation, presentation)
    }

    /// Writes the times that differ from those that are there; a field that stays keeps every bit.
    func write(_ times: Times, to base: UnsafeMutableRawPointer) {
        let present = self.times(in: base)
        if times.presentation != present.presentation { times.presentation.write(to: base + presentationOffset) }
        if let decodingOffset, times.decoding != present.decoding { times.decoding.write(to: base + decodingOffset) }
    }

    /// 110x xxxx is audio, 1110 xxxx video.
    var isVideo: Bool { streamID & 0xF0 == 0xE0 }

    /// Table 2-22: these stream IDs are followed by data at once.
    static func hasOptionalHeader(_ streamID: UInt8) -> Bool {
        switch streamID {
        case 0xBC, 0xBE, 0xBF, 0xF0, 0xF1, 0xF2, 0xF8, 0xFF: false
        default: streamID >= 0xBD
        }
    }
}
