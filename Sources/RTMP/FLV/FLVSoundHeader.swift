import NIOCore

/// The first byte of a legacy audio tag, §E.4.2.1: format, rate, sample size and channels.
enum FLVSoundHeader {
    /// AAC: says 44 kHz, 16 bits and stereo whatever the stream has; what counts is in the configuration.
    static let aac: UInt8 = 0xaf

    /// MP3: what the frame's own header says (ISO/IEC 11172-3 §2.4.1.3), in the words that FLV has for it.
    static func mp3(_ frame: ByteBuffer) -> UInt8 {
        let start = frame.readerIndex
        guard let word = frame.getInteger(at: start, as: UInt32.self), word >> 21 == 0x7ff else { return 0x2f }
        let version = word >> 19 & 3  // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
        let rateIndex = word >> 10 & 3
        let isMono = word >> 6 & 3 == 3
        let channels: UInt8 = isMono ? 0 : 1
        let sixteenBits: UInt8 = 1 << 1
        if version == 0, rateIndex == 2 { return 0xe0 | sixteenBits | channels }  // the format of its own for 8 kHz
        let rate: UInt8 =
            switch version {
            case 3: 3  // 44 kHz
            case 2: 2  // 22 kHz
            default: 1  // 11 kHz
            }
        return 0x20 | rate << 2 | sixteenBits | channels
    }
}
