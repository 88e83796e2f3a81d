public import Media
public import NIOCore

/// How the payloads of a track's packets are to be read, with what the session description says beforehand.
public enum RTPPayloadFormat: Hashable, Sendable {
    /// RFC 6184, with the NAL units of `sprop-parameter-sets`.
    case h264(parameterSets: [ByteBuffer])
    /// RFC 7798 without decoding order numbers, with the NAL units of `sprop-vps`, `sprop-sps` and `sprop-pps`.
    case h265(parameterSets: [ByteBuffer])
    /// RFC 3640, with the `AudioSpecificConfig` of `config`.
    case aac(configuration: ByteBuffer, layout: AACDepacketizer.HeaderLayout)
    /// RFC 6416, with the `StreamMuxConfig` of `config`, and `cpresent`.
    case latm(configuration: ByteBuffer?, isConfigurationInBand: Bool)
    /// RFC 7587.
    case opus(channelCount: UInt8)
    /// RFC 3551 §4.5.14, with the law as codec.
    case g711(Codec, channelCount: UInt8)
    /// RFC 2250 §2: the payload is the stream, byte for byte.
    case transportStream
}
