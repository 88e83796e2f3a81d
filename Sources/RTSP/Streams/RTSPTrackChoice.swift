import Media
import NIOCore
import RTP

/// Which tracks of a description can be taken, and how their packets are to be read.
package struct RTSPTrackChoice: Sendable {
    /// A track that is taken.
    struct Track: Sendable {
        /// Of the media section.
        var index: Int
        var track: RTPSampleReader.Track
    }

    /// The longest name of a codec that is told to people, in characters.
    static let maximumNameCharacters = 32

    let tracks: [Track]
    /// What cannot be taken, in words that may be shown.
    package let unsupported: [String]

    /// A transport stream carries all that there is, so that of several tracks it is taken alone.
    ///
    /// - Parameter isAnnounced: Whether whoever made the description sends all of it. Otherwise what is `sendonly` is a
    ///   channel back to it, as ONVIF has it.
    package init(_ description: SessionDescription, isAnnounced: Bool) {
        var tracks: [Track] = []
        var unsupported: [String] = []
        var hasVideo = false
        for (index, media) in description.media.enumerated() where isAnnounced || media.direction != .sendOnly {
            let others = tracks.count - (hasVideo ? 1 : 0)
            guard let stream = media.stream, let id = UInt8(exactly: Int(MediaTrack.ID.firstAudio.rawValue) + others)
            else {
                unsupported.append("of a section without RTP")
                continue
            }
            let isFirstVideo = Self.isVideo(stream.format) && !hasVideo
            do {
                let track = try Self.track(stream, id: isFirstVideo ? .video : MediaTrack.ID(id))
                tracks.append(Track(index: index, track: track))
                hasVideo = hasVideo || isFirstVideo
            } catch {
                unsupported.append(error.name)
            }
        }
        if let whole = tracks.first(where: { $0.track.format == .transportStream }) { tracks = [whole] }
        self.tracks = tracks
        self.unsupported = unsupported
    }

    /// The media sections that are taken.
    package var indices: [Int] { tracks.map(\.index) }

    private struct Unsupported: Error {
        let name: String
    }

    private static func track(_ stream: RTSPStream, id: MediaTrack.ID) throws(Unsupported) -> RTPSampleReader.Track {
        let format = try format(stream)
        guard let clockRate = RTPClockRate(hertz: Int(stream.clockRate)) else {
            throw Unsupported(name: "\(name(stream.format)) with a clock of \(stream.clockRate) Hz")
        }
        let track = RTPSampleReader.Track(
            id: id,
            payloadType: stream.payloadType,
            clockRate: clockRate,
            format: format
        )
        guard (try? RTPSampleReader([track])) != nil else {
            throw Unsupported(name: "\(name(stream.format)) with a configuration that cannot be read")
        }
        return track
    }

    private static func format(_ stream: RTSPStream) throws(Unsupported) -> RTPPayloadFormat {
        switch stream.format {
        case .h264(let format) where format.packetizationMode > 1:
            throw Unsupported(name: "H.264 in interleaved packets (packetization-mode 2)")
        case .h264(let format):
            return .h264(parameterSets: format.sequenceParameterSets + format.pictureParameterSets)
        case .hevc(let format) where format.hasDecodingOrderNumbers:
            throw Unsupported(name: "H.265 in interleaved packets (sprop-max-don-diff above 0)")
        case .hevc(let format):
            return .h265(
                parameterSets: format.videoParameterSets + format.sequenceParameterSets
                    + format.pictureParameterSets
            )
        case .aac(let format):
            return .aac(
                configuration: format.configuration,
                layout: AACDepacketizer.HeaderLayout(
                    sizeLength: Int(format.sizeLength),
                    indexLength: Int(format.indexLength),
                    indexDeltaLength: Int(format.indexDeltaLength)
                )
            )
        case .aacLATM(let format):
            return .latm(
                configuration: format.configuration,
                isConfigurationInBand: format.isConfigurationInBand
            )
        case .opus(let channelCount):
            return .opus(channelCount: UInt8(clamping: channelCount))
        case .mp2t:
            return .transportStream
        case .g711(let law):
            guard stream.clockRate == RTPClockRate.g711.hertz else {
                throw Unsupported(name: "G.711 at \(stream.clockRate) Hz")
            }
            let channelCount = stream.channelCount ?? 1
            guard Int(channelCount) <= G711Packetizer.maximumChannels else {
                throw Unsupported(name: "G.711 with \(channelCount) channels")
            }
            return .g711(law == .a ? .g711ALaw : .g711MuLaw, channelCount: channelCount)
        case .mpegAudio, .other:
            throw Unsupported(name: name(stream.format))
        }
    }

    private static func isVideo(_ format: RTSPStreamFormat) -> Bool {
        switch format {
        case .h264, .hevc: true
        case .aac, .aacLATM, .opus, .mp2t, .g711, .mpegAudio, .other: false
        }
    }

    private static func name(_ format: RTSPStreamFormat) -> String {
        switch format {
        case .h264: "H.264"
        case .hevc: "H.265"
        case .aac, .aacLATM: "AAC"
        case .opus: "Opus"
        case .mp2t: "MPEG-TS"
        case .g711: "G.711"
        case .mpegAudio: "MPEG audio"
        case .other(let name): printable(name)
        }
    }

    /// Of a stranger's word only what names of codecs consist of.
    private static func printable(_ name: String) -> String {
        let characters = name.unicodeScalars.lazy.filter {
            $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains($0))
        }
        let printable = String(characters.prefix(maximumNameCharacters).map(Character.init))
        return printable.isEmpty ? "without a name" : printable
    }
}
