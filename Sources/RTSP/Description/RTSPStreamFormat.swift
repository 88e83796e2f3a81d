package import NIOCore

/// How the payload of a track's packets is to be read, with what the description says beforehand.
package enum RTSPStreamFormat: Hashable, Sendable {
    case h264(H264Format)
    case hevc(HEVCFormat)
    /// `mpeg4-generic`, RFC 3640
    case aac(AACFormat)
    /// `MP4A-LATM`, RFC 6416
    case aacLATM(LATMFormat)
    /// RFC 7587
    case opus(channelCount: Int)
    /// A transport stream, RFC 2250 §2
    case mp2t
    /// MPEG-1 and MPEG-2 audio, MP3 with them, RFC 2250 §3.5
    case mpegAudio
    /// RFC 3551 §4.5.14
    case g711(G711Law)
    /// What nobody here reads, by the name that the description gives it.
    case other(String)
}

/// H.264 by RFC 6184. The parameter sets are empty when they come with the pictures only.
package struct H264Format: Hashable, Sendable {
    package var sequenceParameterSets: [ByteBuffer]
    package var pictureParameterSets: [ByteBuffer]
    /// 0: a unit a packet; 1: in order, with fragments; 2: out of order.
    package var packetizationMode: UInt8

    package init(
        sequenceParameterSets: [ByteBuffer] = [],
        pictureParameterSets: [ByteBuffer] = [],
        packetizationMode: UInt8 = 1
    ) {
        self.sequenceParameterSets = sequenceParameterSets
        self.pictureParameterSets = pictureParameterSets
        self.packetizationMode = packetizationMode
    }
}

/// H.265 by RFC 7798. The parameter sets are empty when they come with the pictures only.
package struct HEVCFormat: Hashable, Sendable {
    package var videoParameterSets: [ByteBuffer]
    package var sequenceParameterSets: [ByteBuffer]
    package var pictureParameterSets: [ByteBuffer]
    /// Packets carry decoding order numbers, `sprop-max-don-diff` above 0.
    package var hasDecodingOrderNumbers: Bool

    package init(
        videoParameterSets: [ByteBuffer] = [],
        sequenceParameterSets: [ByteBuffer] = [],
        pictureParameterSets: [ByteBuffer] = [],
        hasDecodingOrderNumbers: Bool = false
    ) {
        self.videoParameterSets = videoParameterSets
        self.sequenceParameterSets = sequenceParameterSets
        self.pictureParameterSets = pictureParameterSets
        self.hasDecodingOrderNumbers = hasDecodingOrderNumbers
    }
}

/// AAC by RFC 3640, with headers of access units that have nothing but size and index.
package struct AACFormat: Hashable, Sendable {
    /// `AudioSpecificConfig`, ISO/IEC 14496-3 §1.6.2.1.
    package var configuration: ByteBuffer
    /// The widths of a header's fields in bits, each at most 32.
    package var sizeLength: UInt8
    package var indexLength: UInt8
    package var indexDeltaLength: UInt8

    /// Without widths: those of the mode `AAC-hbr`.
    package init(
        configuration: ByteBuffer,
        sizeLength: UInt8 = 13,
        indexLength: UInt8 = 3,
        indexDeltaLength: UInt8 = 3
    ) {
        self.configuration = configuration
        self.sizeLength = sizeLength
        self.indexLength = indexLength
        self.indexDeltaLength = indexDeltaLength
    }
}

/// AAC in LATM by RFC 6416.
package struct LATMFormat: Hashable, Sendable {
    /// `StreamMuxConfig`, ISO/IEC 14496-3 §1.7.3; nil when it comes with the packets only.
    package var configuration: ByteBuffer?
    /// `cpresent`: the packets carry the configuration.
    package var isConfigurationInBand: Bool

    package init(configuration: ByteBuffer?, isConfigurationInBand: Bool) {
        self.configuration = configuration
        self.isConfigurationInBand = isConfigurationInBand
    }
}

/// How G.711 compresses.
package enum G711Law: Hashable, Sendable {
    /// PCMU
    case mu
    /// PCMA
    case a
}
