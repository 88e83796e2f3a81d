public import NIOCore

/// One elementary stream of a stream of samples: what a decoder must know before the first sample.
public struct MediaTrack: Hashable, Sendable {
    /// Tells the tracks of one stream apart; stable while the stream runs.
    public struct ID: Hashable, Sendable {
        public var rawValue: UInt8

        /// The first video track of every source, so that one can go on where another one ended.
        public static let video = Self(1)
        /// The first audio track of every source; further tracks have the numbers after it.
        public static let firstAudio = Self(2)

        public init(_ rawValue: UInt8) {
            self.rawValue = rawValue
        }
    }

    public var id: ID
    public var codec: Codec
    /// The decoder configuration in the form that MP4 and FLV carry: `AVCDecoderConfigurationRecord` (ISO/IEC
    /// 14496-15 §5.3.3.1), `HEVCDecoderConfigurationRecord` (§8.3.3.1), `AV1CodecConfigurationRecord`,
    /// `VPCodecConfigurationRecord`, `AudioSpecificConfig` (ISO/IEC 14496-3 §1.6.2.1), the Opus identification header,
    /// FLAC's stream info; of G.711, which has 8,000 samples a second, a byte with the number of channels. Empty for
    /// codecs that need none (MP3, AC-3, E-AC-3).
    public var configuration: ByteBuffer

    public init(id: ID, codec: Codec, configuration: ByteBuffer = ByteBuffer()) {
        self.id = id
        self.codec = codec
        self.configuration = configuration
    }
}
