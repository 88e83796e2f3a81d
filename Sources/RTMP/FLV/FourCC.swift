package import Media

/// A codec's four-character code in enhanced RTMP ("Enhanced Audio", "Enhanced Video").
package struct FourCC: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let avc = Self(rawValue: 0x6176_6331)  // avc1
    package static let hevc = Self(rawValue: 0x6876_6331)  // hvc1
    package static let av1 = Self(rawValue: 0x6176_3031)  // av01
    package static let vp9 = Self(rawValue: 0x7670_3039)  // vp09
    package static let aac = Self(rawValue: 0x6d70_3461)  // mp4a
    package static let mp3 = Self(rawValue: 0x2e6d_7033)  // .mp3
    package static let opus = Self(rawValue: 0x4f70_7573)  // Opus
    package static let ac3 = Self(rawValue: 0x6163_2d33)  // ac-3
    package static let eac3 = Self(rawValue: 0x6563_2d33)  // ec-3
    package static let flac = Self(rawValue: 0x664c_6143)  // fLaC
    private static let alaw = Self(rawValue: 0x616c_6177)
    private static let ulaw = Self(rawValue: 0x756c_6177)

    package init(_ codec: Codec) {
        switch codec {
        case .h264: self = .avc
        case .hevc: self = .hevc
        case .av1: self = .av1
        case .vp9: self = .vp9
        case .aac: self = .aac
        case .mp3: self = .mp3
        case .opus: self = .opus
        case .ac3: self = .ac3
        case .eac3: self = .eac3
        case .flac: self = .flac
        case .g711ALaw: self = .alaw
        case .g711MuLaw: self = .ulaw
        }
    }

    package var codec: Codec? {
        switch self {
        case .avc: .h264
        case .hevc: .hevc
        case .av1: .av1
        case .vp9: .vp9
        case .aac: .aac
        case .mp3: .mp3
        case .opus: .opus
        case .ac3: .ac3
        case .eac3: .eac3
        case .flac: .flac
        default: nil
        }
    }

    /// The four characters; those that do not print as dots.
    package var text: String {
        let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: rawValue >> $0) }
        return String(decoding: bytes.map { (0x20...0x7e).contains($0) ? $0 : 0x2e }, as: UTF8.self)
    }
}

extension Codec {
    /// Whether enhanced RTMP has a form for it. The legacy one of G.711 is reserved, and hardly anybody reads it.
    var isInRTMP: Bool { self != .g711ALaw && self != .g711MuLaw }

    /// Whether a decoder needs a sequence header before the first sample.
    var needsConfiguration: Bool {
        switch self {
        case .h264, .hevc, .av1, .vp9, .aac, .opus, .flac: true
        case .mp3, .ac3, .eac3, .g711ALaw, .g711MuLaw: false
        }
    }

    /// Fewer bytes cannot be a decoder configuration of the codec.
    var minimumConfigurationBytes: Int {
        switch self {
        case .h264: 7  // AVCDecoderConfigurationRecord up to the first count
        case .hevc: 23  // HEVCDecoderConfigurationRecord up to the arrays
        case .av1: 4
        case .vp9: 8
        case .aac: 2
        case .opus: 19  // RFC 7845 §5.1
        case .flac: 34
        case .mp3, .ac3, .eac3, .g711ALaw, .g711MuLaw: 0
        }
    }

    /// Whether enhanced video tags carry a composition time in front of the picture.
    var hasCompositionTime: Bool {
        switch self {
        case .h264, .hevc: true
        case .av1, .vp9, .aac, .mp3, .opus, .ac3, .eac3, .flac, .g711ALaw, .g711MuLaw: false
        }
    }
}
