import Media
import NIOCore

/// Opus with a control header before each packet, as the mapping of Opus to MPEG-TS by its authors says.
struct OpusFraming: AudioFraming {
    /// Longer packets are not Opus: a frame has at most 1275 bytes for each of the streams.
    static let maximumPacketBytes = 64 * 1024

    var frames: [AudioFrame] = []
    var newConfiguration: AudioConfiguration?
    /// `channel_config_code` of the stream's descriptor.
    private let channelCode: UInt8?
    private var hasConfiguration = false

    init(channelCode: UInt8?) {
        self.channelCode = channelCode
    }

    static func maySync(_ byte: UInt8) -> Bool { byte == 0x7F }

    mutating func next(_ bytes: UnsafeRawBufferPointer, isInStep: Bool) -> AudioStep {
        guard bytes[0] == 0x7F, bytes.count < 2 || bytes[1] & 0xE0 == 0xE0 else { return .invalid }
        guard bytes.count >= 2 else { return .incomplete }
        var offset = 2
        var length = 0
        while true {
            guard offset < bytes.count else { return .incomplete }
            let byte = bytes[offset]
            offset += 1
            length += Int(byte)
            guard length <= Self.maximumPacketBytes else { return .invalid }
            if byte != 0xFF { break }
        }
        var startTrim: UInt16 = 0
        if bytes[1] & 0x10 != 0 {
            guard offset + 2 <= bytes.count else { return .incomplete }
            startTrim = UInt16(bytes[offset] & 0x1F) << 8 | UInt16(bytes[offset + 1])
            offset += 2
        }
        if bytes[1] & 0x08 != 0 { offset += 2 }
        if bytes[1] & 0x04 != 0 {
            guard offset < bytes.count else { return .incomplete }
            offset += 1 + Int(bytes[offset])
        }
        let end = offset + length
        guard end <= bytes.count else { return .incomplete }
        if !isInStep, end < bytes.count, bytes[end] != 0x7F { return .invalid }
        let payload = UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
        guard let samples = OpusPacket.sampleCount(of: payload) else { return .invalid }
        if !hasConfiguration {
            guard let record = Self.identification(channelCode: channelCode, preSkip: startTrim) else {
                return .unsupported("Opus of \(channelCode ?? 0) channels")
            }
            hasConfiguration = true
            newConfiguration = AudioConfiguration(codec: .opus, record: record)
        }
        frames.append(
            AudioFrame(
                payload: ByteBuffer(bytes: payload),
                samples: samples,
                samplingFrequency: OpusPacket.samplingFrequency
            )
        )
        return .frames(byteCount: end)
    }

    /// The identification header, RFC 7845 §5.1; stereo when the descriptor is missing. Channels beyond two are in the
    /// order of Vorbis.
    private static func identification(channelCode: UInt8?, preSkip: UInt16) -> ByteBuffer? {
        let channels = channelCode ?? 2
        if channels == 1 || channels == 2 {
            return try? OpusIdentification(channelCount: channels, preSkip: preSkip).record
        }
        let layouts: [(streams: UInt8, coupled: UInt8, mapping: [UInt8])] = [
            (2, 1, [0, 2, 1]), (2, 2, [0, 1, 2, 3]), (3, 2, [0, 4, 1, 2, 3]), (4, 2, [0, 4, 1, 2, 3, 5]),
            (4, 3, [0, 4, 1, 2, 3, 5, 6]), (5, 3, [0, 6, 1, 2, 3, 4, 5, 7]),
        ]
        guard (3...8).contains(channels) else { return nil }
        let layout = layouts[Int(channels) - 3]
        var buffer = ByteBuffer()
        buffer.writeStaticString("OpusHead")
        buffer.writeMultipleIntegers(UInt8(1), channels)
        buffer.writeMultipleIntegers(preSkip, UInt32(48_000), UInt16(0), UInt8(1), endianness: .little)
        buffer.writeMultipleIntegers(layout.streams, layout.coupled)
        buffer.writeBytes(layout.mapping)
        return buffer
    }
}
