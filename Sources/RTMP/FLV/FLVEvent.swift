package import Media

/// What a publisher's messages say.
package enum FLVEvent: Hashable, Sendable {
    /// A track begins, or its configuration changed. Comes before the track's first sample.
    case track(MediaTrack)
    case sample(MediaSample)
    /// The object of `onMetaData`.
    case metadata(AMFValue)
    /// The track is in a codec that the gateway does not carry; told once a track. The other track goes on.
    case unsupportedCodec(track: MediaTrack.ID, name: String)

    /// Whether something of the stream itself came.
    var isMedia: Bool {
        switch self {
        case .track, .sample: true
        case .metadata, .unsupportedCodec: false
        }
    }
}

/// What a reader passed over, each counted.
package struct FLVReaderCounters: Hashable, Sendable {
    /// Samples that came before the configuration that they need.
    package var unconfiguredSamples = 0
    /// Samples and configurations of tracks in codecs that the gateway does not carry.
    package var unsupported = 0
    /// Parts of multitrack messages that belong to another track than the first.
    package var otherTracks = 0
    /// Empty messages, command frames, ends of sequences, data that is not metadata, metadata that is malformed.
    package var ignored = 0
    /// Decode times that were moved because the publisher's clock went back.
    package var correctedTimes = 0
}
