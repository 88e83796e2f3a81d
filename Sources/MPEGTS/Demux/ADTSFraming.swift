import Media
import NIOCore

/// AAC with an ADTS header before each frame, ISO/IEC 14496-3 §1.A.2.
struct ADTSFraming: AudioFraming {
    var frames: [AudioFrame] = []
    var newConfiguration: AudioConfiguration?

    /// The fields of the header of which the configuration is made.
    private struct Format: Equatable {
        var objectType: AudioSpecificConfig.ObjectType
        var samplingFrequency: Int
        var channelConfiguration: UInt8
    }

    private var format: Format?

    init() {}

    static func maySync(_ byte: UInt8) -> Bool { byte == 0xFF }

    mutating func next(_ bytes: UnsafeRawBufferPointer, isInStep: Bool) -> AudioStep {
        guard bytes[0] == 0xFF, bytes.count < 2 || bytes[1] & 0xF6 == 0xF0 else { return .invalid }
        let header: ADTSHeader
        do throws(CodecConfigurationError) {
            guard let read = try ADTSHeader(reading: bytes) else { return .incomplete }
            header = read
        } catch {
            return .invalid
        }
        let byteCount = header.frameByteCount
        guard bytes.count >= byteCount else { return .incomplete }
        if !isInStep, bytes.count > byteCount, bytes[byteCount] != 0xFF { return .invalid }
        if !isInStep, bytes.count > byteCount + 1, bytes[byteCount + 1] & 0xF6 != 0xF0 { return .invalid }
        let format = Format(
            objectType: header.objectType,
            samplingFrequency: header.samplingFrequency,
            channelConfiguration: header.channelConfiguration
        )
        if format != self.format {
            guard
                let configuration = try? AudioSpecificConfig(
                    objectType: format.objectType,
                    samplingFrequency: format.samplingFrequency,
                    channelConfiguration: format.channelConfiguration
                )
            else { return .unsupported("AAC with its channel layout in the frames") }
            self.format = format
            newConfiguration = AudioConfiguration(codec: .aac, record: configuration.record)
        }
        // Blocks after the first have no beginning that could be found without decoding.
        guard header.blockCount == 1, header.headerByteCount < byteCount else { return .frames(byteCount: byteCount) }
        let payload = UnsafeRawBufferPointer(rebasing: bytes[header.headerByteCount..<byteCount])
        frames.append(
            AudioFrame(
                payload: ByteBuffer(bytes: payload),
                samples: 1024,
                samplingFrequency: header.samplingFrequency
            )
        )
        return .frames(byteCount: byteCount)
    }
}
