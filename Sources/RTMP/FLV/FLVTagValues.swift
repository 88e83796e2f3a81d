/// The codec in the low half of a legacy video tag's first byte, Video File Format 10.1 §E.4.3.1. Unknown values survive.
struct FLVVideoCodec: RawRepresentable, Hashable {
    let rawValue: UInt8

    static let avc = Self(rawValue: 7)
    /// Not in any specification; what encoders sent before enhanced RTMP.
    static let hevc = Self(rawValue: 12)

    var name: String {
        switch rawValue {
        case 2: "Sorenson H.263"
        case 3: "Screen Video"
        case 4: "On2 VP6"
        case 5: "On2 VP6 alpha"
        case 6: "Screen Video 2"
        default: "video \(rawValue)"
        }
    }
}

/// The format in the high half of a legacy audio tag's first byte, §E.4.2.1.
struct FLVSoundFormat: RawRepresentable, Hashable {
    let rawValue: UInt8

    static let mp3 = Self(rawValue: 2)
    /// Turns the low half into a packet type (enhanced RTMP).
    static let enhanced = Self(rawValue: 9)
    static let aac = Self(rawValue: 10)
    static let mp3At8kHz = Self(rawValue: 14)

    var name: String {
        switch rawValue {
        case 0, 3: "PCM"
        case 1: "ADPCM"
        case 4, 5, 6: "Nellymoser"
        case 7: "G.711 A-law"
        case 8: "G.711 mu-law"
        case 11: "Speex"
        default: "audio \(rawValue)"
        }
    }
}

/// The frame types that matter, §E.4.3.1.
enum FLVFrameType {
    static let key: UInt8 = 1
    static let inter: UInt8 = 2
    static let generatedKey: UInt8 = 4
    static let command: UInt8 = 5
}

/// The packet types of H.264 and AAC in legacy tags.
enum FLVLegacyPacket {
    static let sequenceHeader: UInt8 = 0
    static let coded: UInt8 = 1
}

/// The packet types of enhanced tags. Audio and video agree on the first three and the last.
enum FLVPacket {
    static let sequenceStart: UInt8 = 0
    static let codedFrames: UInt8 = 1
    static let sequenceEnd: UInt8 = 2
    /// Video: coded frames whose composition time is 0.
    static let codedFramesX: UInt8 = 3
    /// Video; for audio, 4 describes the channels.
    static let metadata: UInt8 = 4
    static let audioMultitrack: UInt8 = 5
    static let videoMultitrack: UInt8 = 6
    static let modifierExtension: UInt8 = 7
}

/// How the tracks of a multitrack tag lie.
enum FLVMultitrack {
    static let oneTrack: UInt8 = 0
    static let manyTracks: UInt8 = 1
    static let manyTracksManyCodecs: UInt8 = 2
}
