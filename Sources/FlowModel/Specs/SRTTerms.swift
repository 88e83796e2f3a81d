/// What the other side of an SRT connection has to know: who calls, and how long the key is.
public struct SRTTerms: Hashable, Sendable {
    public var mode: ConnectionMode
    /// In bytes; nil in the clear.
    public var keyLength: Int?
}

extension InputSource {
    /// Nil for other protocols.
    public var srtTerms: SRTTerms? {
        switch self {
        case .srtListener(let input): SRTTerms(mode: .listener, keyLength: input.decryption?.keyLength)
        case .srtCaller(let input): SRTTerms(mode: .caller, keyLength: input.decryption?.keyLength)
        case .rtmp, .rtmpPull, .rtp, .rtsp, .rtspPull, .file: nil
        }
    }
}

extension OutputDestination {
    /// Nil for other protocols.
    public var srtTerms: SRTTerms? {
        switch self {
        case .srtListener(let output): SRTTerms(mode: .listener, keyLength: output.encryption?.keyLength)
        case .srtCaller(let output): SRTTerms(mode: .caller, keyLength: output.encryption?.keyLength)
        case .rtmp, .rtmpPush, .rtp, .udp, .rtsp, .rtspPush, .hls, .record: nil
        }
    }
}
