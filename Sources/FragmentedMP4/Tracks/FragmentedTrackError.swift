public import Media

/// Why a track cannot be carried in fragmented MP4.
public enum FragmentedTrackError: Error, Hashable, Sendable {
    /// This room does not write the codec.
    case unsupportedCodec(Codec)
    /// The decoder configuration cannot be read, or is larger than `FragmentedTrack.maximumConfigurationBytes`.
    case invalidConfiguration
    /// Only the frames of the codec tell what a decoder must know, and none was given.
    case missingSample
    /// The frame that was given cannot be read.
    case invalidSample
}
