import FragmentedMP4
import Media
import NIOCore

/// What a player gets before the first segment, and before each one whose tracks differ from those before.
struct HLSInitialization: Hashable, Sendable {
    /// That of the first segment that needs it.
    var number: Int
    var bytes: ByteBuffer
    var codecs: [String]
    /// Apple's players and browsers take one of the codecs from MP4 only.
    var needsFragments: Bool
    /// Nil without video.
    var pictureSize: FragmentedTrack.PictureSize?

    var hasVideo: Bool { pictureSize != nil }

    init(number: Int, tracks: [FragmentedTrack]) {
        self.number = number
        bytes = InitializationSegment.bytes(for: tracks)
        codecs = tracks.map(\.codecString)
        needsFragments = tracks.contains { $0.codec == .hevc || $0.codec == .opus }
        pictureSize = tracks.lazy.compactMap(\.pictureSize).first
    }
}
