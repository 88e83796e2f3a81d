import NIOCore

/// The header of a frame of MP3, ISO/IEC 11172-3 §2.4.1.3 and 13818-3 §2.4.1.3.
struct MPEGAudioHeader {
    let samplingFrequency: Int
    let channelCount: Int

    /// Nil when the bytes do not begin with a frame of layer III.
    init?(_ frame: ByteBuffer) {
        guard let header = frame.getInteger(at: frame.readerIndex, as: UInt32.self), header >> 21 == 0x7FF else {
            return nil
        }
        let version = header >> 19 & 3
        let layer = header >> 17 & 3
        let rateIndex = Int(header >> 10 & 3)
        guard version != 1, layer == 1, rateIndex < 3 else { return nil }
        samplingFrequency = [44_100, 48_000, 32_000][rateIndex] >> (version == 3 ? 0 : version == 2 ? 1 : 2)
        channelCount = header >> 6 & 3 == 3 ? 1 : 2
    }
}
