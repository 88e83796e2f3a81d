import Media
import NIOCore

/// AC-3 and E-AC-3 syncframes, ETSI TS 102 366 §4.3 and annex E: what the stream is, the frames tell. Substreams that
/// depend on a frame go with it.
struct AC3Framing: AudioFraming {
    var frames: [AudioFrame] = []
    var newConfiguration: AudioConfiguration?
    private var codec: Codec?

    init() {}

    static func maySync(_ byte: UInt8) -> Bool { byte == 0x0B }

    mutating func next(_ bytes: UnsafeRawBufferPointer, isInStep: Bool) -> AudioStep {
        guard bytes[0] == 0x0B, bytes.count < 2 || bytes[1] == 0x77 else { return .invalid }
        guard bytes.count >= Header.byteCount else { return .incomplete }
        guard let header = Header(bytes) else { return .invalid }
        var byteCount = header.frameByteCount
        guard bytes.count >= byteCount else { return .incomplete }
        if !isInStep, bytes.count > byteCount, bytes[byteCount] != 0x0B { return .invalid }
        guard !header.isDependent, !header.isFurtherProgram else { return .frames(byteCount: byteCount) }

        // A frame at the end of the bytes is whole: its substreams are in the same PES packet.
        while header.codec == .eac3, bytes.count > byteCount, byteCount < Self.maximumByteCount {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[byteCount...])
            guard rest.count >= Header.byteCount else {
                return rest[0] == 0x0B ? .incomplete : pass(bytes, byteCount, header)
            }
            guard let following = Header(rest), following.isDependent else { break }
            guard rest.count >= following.frameByteCount else { return .incomplete }
            byteCount += following.frameByteCount
        }
        return pass(bytes, byteCount, header)
    }

    /// A frame and eight dependent ones of the longest kind.
    private static let maximumByteCount = 9 * 4096

    private mutating func pass(_ bytes: UnsafeRawBufferPointer, _ byteCount: Int, _ header: Header) -> AudioStep {
        if codec != header.codec {
            codec = header.codec
            newConfiguration = AudioConfiguration(codec: header.codec, record: ByteBuffer())
        }
        frames.append(
            AudioFrame(
                payload: ByteBuffer(bytes: UnsafeRawBufferPointer(rebasing: bytes[..<byteCount])),
                samples: header.samples,
                samplingFrequency: header.samplingFrequency
            )
        )
        return .frames(byteCount: byteCount)
    }

    private struct Header {
        /// Up to the field that tells AC-3 from E-AC-3.
        static let byteCount = 6

        let codec: Codec
        let frameByteCount: Int
        let samples: Int
        let samplingFrequency: Int
        /// An E-AC-3 substream that adds channels to the one before.
        let isDependent: Bool
        /// An E-AC-3 substream of another program.
        let isFurtherProgram: Bool

        private static let frequencies = [48_000, 44_100, 32_000]
        /// By half of `frmsizecod`, in kbit/s.
        private static let rates = [
            32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640,
        ]

        init?(_ bytes: UnsafeRawBufferPointer) {
            guard bytes.count >= Self.byteCount, bytes[0] == 0x0B, bytes[1] == 0x77 else { return nil }
            let identification = bytes[5] >> 3
            let frequencyCode = Int(bytes[4] >> 6)
            if identification <= 10 {
                let sizeCode = Int(bytes[4] & 0x3F)
                guard frequencyCode < 3, sizeCode < 2 * Self.rates.count else { return nil }
                let bitsPerSecond = Self.rates[sizeCode / 2] * 1000
                let frequency = Self.frequencies[frequencyCode]
                let words = bitsPerSecond * 1536 / frequency / 16 + (frequencyCode == 1 ? sizeCode & 1 : 0)
                codec = .ac3
                frameByteCount = words * 2
                samples = 1536
                samplingFrequency = frequency >> max(0, Int(identification) - 8)
                isDependent = false
                isFurtherProgram = false
                return
            }
            guard identification <= 16 else { return nil }
            let type = bytes[2] >> 6
            guard type < 3 else { return nil }
            codec = .eac3
            isDependent = type == 1
            isFurtherProgram = type != 1 && bytes[2] & 0x38 != 0
            frameByteCount = ((Int(bytes[2] & 7) << 8 | Int(bytes[3])) + 1) * 2
            guard frameByteCount >= Self.byteCount else { return nil }
            let code = Int(bytes[4] >> 4 & 3)
            if frequencyCode == 3 {
                guard code < 3 else { return nil }
                samplingFrequency = Self.frequencies[code] / 2
                samples = 1536
            } else {
                samplingFrequency = Self.frequencies[frequencyCode]
                samples = 256 * [1, 2, 3, 6][code]
            }
        }
    }
}
