public import Media
public import NIOCore

/// A track as fragmented MP4 describes it: its sample entry and its name for a player.
public struct FragmentedTrack: Hashable, Sendable {
    /// Larger decoder configurations are refused: those of real streams have some hundred bytes.
    public static let maximumConfigurationBytes = 64 << 10

    /// In luma samples.
    public struct PictureSize: Hashable, Sendable {
        public var width: UInt16
        public var height: UInt16

        public init(width: UInt16, height: UInt16) {
            self.width = width
            self.height = height
        }
    }

    /// In the file; from 1 on.
    public let trackID: UInt32
    public let codec: Codec
    /// As the parameter `codecs` of a media type has it, RFC 6381: `avc1.64001F`.
    public let codecString: String
    /// Nil for audio.
    public let pictureSize: PictureSize?
    /// The whole box that lies in `stsd`.
    let sampleEntry: ByteBuffer

    public var isVideo: Bool { codec.isVideo }

    /// Whether `init` needs a sample of the track.
    public static func needsSample(_ codec: Codec) -> Bool {
        switch codec {
        case .mp3, .ac3, .eac3: true
        case .h264, .hevc, .av1, .vp9, .aac, .opus, .flac, .g711ALaw, .g711MuLaw: false
        }
    }

    /// - Parameters:
    ///   - track: with its configuration; parameter sets are in it, not in the samples.
    ///   - trackID: from 1 on, another one for each track of a file.
    ///   - sample: any of the track, for codecs of which `needsSample` is true.
    public init(_ track: MediaTrack, trackID: UInt32, sample: ByteBuffer? = nil) throws(FragmentedTrackError) {
        self.trackID = trackID
        codec = track.codec
        guard track.configuration.readableBytes <= Self.maximumConfigurationBytes else { throw .invalidConfiguration }
        switch track.codec {
        case .h264, .hevc:
            let entry = try VideoSampleEntry(track)
            (codecString, pictureSize, sampleEntry) = (entry.codecString, entry.size, entry.box)
        case .aac, .opus:
            let entry = try AudioSampleEntry(track)
            (codecString, pictureSize, sampleEntry) = (entry.codecString, nil, entry.box)
        case .mp3, .ac3, .eac3:
            guard let sample else { throw .missingSample }
            let entry = try AudioSampleEntry(track.codec, sample: sample)
            (codecString, pictureSize, sampleEntry) = (entry.codecString, nil, entry.box)
        case .av1, .vp9, .flac, .g711ALaw, .g711MuLaw:
            throw .unsupportedCodec(track.codec)
        }
    }
}
