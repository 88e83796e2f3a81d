/// The forms in which a stream can be had.
public enum HLSForm: Hashable, Sendable, CaseIterable {
    /// Fragmented MP4.
    case fragments
    /// MPEG-TS.
    case transport
}
