import Media
import NIOCore

/// MPEG audio, ISO/IEC 11172-3 §2.4.1 and 13818-3 §2.4.1: layer III is MP3; others are told by name.
struct MPEGAudioFraming: AudioFraming {
    var frames: [AudioFrame] = []
    var newConfiguration: AudioConfiguration?
    private var hasConfiguration = false

    init() {}

    static func maySync(_ byte: UInt8) -> Bool { byte == 0xFF }

    mutating func next(_ bytes: UnsafeRawBufferPointer, isInStep: Bool) -> AudioStep {
        guard bytes[0] == 0xFF, bytes.count < 2 || bytes[1] & 0xE0 == 0xE0 else { return .invalid }
        guard bytes.count >= 4 else { return .incomplete }
        guard let header = Header(bytes) else { return .invalid }
        guard bytes.count >= header.byteCount else { return .incomplete }
        if !isInStep, bytes.count >= header.byteCount + 4 {
            let following = UnsafeRawBufferPointer(rebasing: bytes[header.byteCount...])
            guard Header(following)?.layer == header.layer else { return .invalid }
        }
        guard header.layer == 3 else { return .unsupported("MP\(header.layer)") }
        if !hasConfiguration {
            hasConfiguration = true
            newConfiguration = AudioConfiguration(codec: .mp3, record: ByteBuffer())
        }
        frames.append(
            AudioFrame(
                payload: ByteBuffer(bytes: UnsafeRawBufferPointer(rebasing: bytes[..<header.byteCount])),
                samples: header.samples,
                samplingFrequency: header.samplingFrequency
            )
        )
        return .frames(byteCount: header.byteCount)
    }

    private struct Header {
        let layer: Int
        let samplingFrequency: Int
        let samples: Int
        let byteCount: Int

        /// By bit rate index from 1 on, in kbit/s.
        private static let layer1 = [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448]
        private static let layer2 = [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384]
        private static let layer3 = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
        private static let lowLayer1 = [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256]
        private static let lowLayers = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]

        /// Nil for reserved values and for free format, whose length is not in the header.
        init?(_ bytes: UnsafeRawBufferPointer) {
            guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] & 0xE0 == 0xE0 else { return nil }
            let version = bytes[1] >> 3 & 3
            let layer = 4 - Int(bytes[1] >> 1 & 3)
            let rateIndex = Int(bytes[2] >> 4)
            let frequencyIndex = Int(bytes[2] >> 2 & 3)
            guard version != 1, layer < 4, (1...14).contains(rateIndex), frequencyIndex < 3 else { return nil }
            let isFull = version == 3
            let shift = isFull ? 0 : version == 2 ? 1 : 2
            samplingFrequency = [44_100, 48_000, 32_000][frequencyIndex] >> shift
            let rates =
                switch (layer, isFull) {
                case (1, true): Self.layer1
                case (2, true): Self.layer2
                case (3, true): Self.layer3
                case (1, false): Self.lowLayer1
                default: Self.lowLayers
                }
            let bitsPerSecond = rates[rateIndex - 1] * 1000
            let padding = Int(bytes[2] >> 1 & 1)
            self.layer = layer
            switch layer {
            case 1:
                samples = 384
                byteCount = (12 * bitsPerSecond / samplingFrequency + padding) * 4
            case 3 where !isFull:
                samples = 576
                byteCount = 72 * bitsPerSecond / samplingFrequency + padding
            default:
                samples = 1152
                byteCount = 144 * bitsPerSecond / samplingFrequency + padding
            }
        }
    }
}
