public import NIOCore

/// The identification header of Opus, RFC 7845 §5.1.
public struct OpusIdentification: Hashable, Sendable {
    /// Output channels, from 1 on.
    public let channelCount: UInt8
    /// Samples of 48 kHz to throw away at the start.
    public let preSkip: UInt16
    /// Of the input, in hertz; only informative, 0 when it is not known.
    public let inputSamplingFrequency: UInt32
    /// In 1/256 dB.
    public let outputGain: Int16
    /// 0 for mono and stereo, 1 for surround in Vorbis' order, 255 without meaning.
    public let mappingFamily: UInt8
    /// Streams in a packet, and how many of them are stereo: 1 and 0 or 1 for family 0.
    public let streamCount: UInt8
    public let coupledStreamCount: UInt8
    /// For each channel, which decoded channel it is.
    public let channelMapping: [UInt8]

    private static let signature: StaticString = "OpusHead"

    /// Mono or stereo.
    public init(channelCount: UInt8, preSkip: UInt16 = 0, inputSamplingFrequency: UInt32 = 48_000)
        throws(CodecConfigurationError)
    {
        guard channelCount == 1 || channelCount == 2 else { throw .unsupportedChannelConfiguration(channelCount) }
        self.channelCount = channelCount
        self.preSkip = preSkip
        self.inputSamplingFrequency = inputSamplingFrequency
        outputGain = 0
        mappingFamily = 0
        streamCount = 1
        coupledStreamCount = channelCount - 1
        channelMapping = Array(0..<channelCount)
    }

    public init(reading header: ByteBuffer) throws(CodecConfigurationError) {
        var rest = header
        guard let signature = rest.readBytes(length: 8) else { throw .truncated }
        guard signature == Self.signature.withUTF8Buffer(Array.init) else { throw .missingSignature }
        guard let version = rest.readInteger(as: UInt8.self) else { throw .truncated }
        // The upper half is what may not be understood.
        guard version >> 4 == 0 else { throw .unsupportedVersion(version) }
        guard let channelCount = rest.readInteger(as: UInt8.self),
            let fields = rest.readMultipleIntegers(endianness: .little, as: (UInt16, UInt32, Int16, UInt8).self)
        else { throw .truncated }
        guard channelCount > 0 else { throw .unsupportedChannelConfiguration(channelCount) }
        self.channelCount = channelCount
        preSkip = fields.0
        inputSamplingFrequency = fields.1
        outputGain = fields.2
        mappingFamily = fields.3
        if mappingFamily == 0 {
            guard channelCount <= 2 else { throw .unsupportedChannelConfiguration(channelCount) }
            streamCount = 1
            coupledStreamCount = channelCount - 1
            channelMapping = Array(0..<channelCount)
        } else {
            guard let counts = rest.readMultipleIntegers(as: (UInt8, UInt8).self),
                let mapping = rest.readBytes(length: Int(channelCount))
            else { throw .truncated }
            guard counts.0 > 0, counts.1 <= counts.0 else { throw .invalidField }
            streamCount = counts.0
            coupledStreamCount = counts.1
            channelMapping = mapping
        }
    }

    /// The header as bytes.
    public var record: ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeStaticString(Self.signature)
        buffer.writeMultipleIntegers(UInt8(1), channelCount)
        buffer.writeMultipleIntegers(
            preSkip,
            inputSamplingFrequency,
            outputGain,
            mappingFamily,
            endianness: .little
        )
        if mappingFamily != 0 {
            buffer.writeMultipleIntegers(streamCount, coupledStreamCount)
            buffer.writeBytes(channelMapping)
        }
        return buffer
    }
}
