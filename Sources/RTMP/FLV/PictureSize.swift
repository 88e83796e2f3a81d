import Media
import NIOCore

/// How large a track's pictures are, from the first sequence parameter set in its configuration.
struct PictureSize: Hashable {
    var width: Int
    var height: Int

    /// nil when the configuration does not say, or not in a way that can be read.
    init?(of track: MediaTrack) {
        switch track.codec {
        case .h264:
            guard let record = try? AVCDecoderConfiguration(reading: track.configuration),
                let unit = record.sequenceParameterSets.first,
                let set = unit.withUnsafeReadableBytes({ try? H264SequenceParameterSet($0) })
            else { return nil }
            width = set.width
            height = set.height
        case .hevc:
            guard let record = try? HEVCDecoderConfiguration(reading: track.configuration),
                let unit = record.sequenceParameterSets.first,
                let set = unit.withUnsafeReadableBytes({ try? H265SequenceParameterSet($0) })
            else { return nil }
            width = set.width
            height = set.height
        case .av1, .vp9, .aac, .mp3, .opus, .ac3, .eac3, .flac, .g711ALaw, .g711MuLaw: return nil
        }
    }
}
