/// A codec of which the gateway handles single samples.
public enum Codec: String, Hashable, Sendable, CaseIterable {
    case h264 = "H.264"
    case hevc = "H.265"
    case av1 = "AV1"
    case vp9 = "VP9"
    case aac = "AAC"
    case mp3 = "MP3"
    case opus = "Opus"
    case ac3 = "AC-3"
    case eac3 = "E-AC-3"
    case flac = "FLAC"
    case g711ALaw = "G.711 A-law"
    case g711MuLaw = "G.711 mu-law"

    @inlinable
    public var isVideo: Bool {
        switch self {
        case .h264, .hevc, .av1, .vp9: true
        case .aac, .mp3, .opus, .ac3, .eac3, .flac, .g711ALaw, .g711MuLaw: false
        }
    }
}
