package import Media
import NIOCore

/// The data message `onMetaData`.
package enum FLVMetadata {
    static let name = "onMetaData"
    static let setter = "@setDataFrame"

    /// Who the message is for: a server is asked to set it, a player is told.
    package enum Audience: Sendable {
        case server
        case player
    }

    /// The object in the values of a data message; nil when it is another message.
    package static func object(in values: [AMFValue]) -> AMFValue? {
        var rest = values[...]
        if rest.first?.string == setter { rest = rest.dropFirst() }
        guard rest.first?.string == name, rest.count >= 2 else { return nil }
        let value = rest[rest.startIndex + 1]
        switch value {
        case .object, .array: return value
        default: return nil
        }
    }

    /// What the tracks' codecs are and, when it is known, how large the picture is.
    package static func object(
        for tracks: [MediaTrack],
        frameRate: Double? = nil
    ) -> AMFValue {
        var properties = [AMFProperty("duration", .number(0))]
        func add(_ name: String, _ value: Double?) {
            if let value { properties.append(AMFProperty(name, .number(value))) }
        }
        if let video = tracks.first(where: { $0.codec.isVideo }) {
            let size = PictureSize(of: video)
            add("width", size.map { Double($0.width) })
            add("height", size.map { Double($0.height) })
            add("framerate", frameRate)
            add("videocodecid", codecNumber(video.codec))
        }
        if let audio = tracks.first(where: { !$0.codec.isVideo }) {
            if audio.codec == .aac, let config = try? AudioSpecificConfig(reading: audio.configuration) {
                add("audiosamplerate", Double(config.extension?.samplingFrequency ?? config.samplingFrequency))
                add("audiosamplesize", 16)
                add("audiochannels", config.channelCount.map(Double.init))
                properties.append(AMFProperty("stereo", .boolean(config.channelCount == 2)))
            }
            add("audiocodecid", codecNumber(audio.codec))
        }
        properties.append(AMFProperty("encoder", .string("Headgate")))
        return .array(properties)
    }

    /// The message that carries the object.
    package static func message(
        _ object: AMFValue,
        for audience: Audience,
        streamID: UInt32,
        timestamp: UInt32 = 0
    ) -> RTMPMessage {
        var payload = ByteBuffer()
        AMFValue.string(name).write(to: &payload)
        object.write(to: &payload)
        if audience == .server { payload = addressedToServer(payload) }
        return RTMPMessage(type: .dataAMF0, streamID: streamID, timestamp: timestamp, payload: payload)
    }

    /// What a player is told, as a server is asked to set it.
    static func addressedToServer(_ told: ByteBuffer) -> ByteBuffer {
        var payload = ByteBuffer()
        AMFValue.string(setter).write(to: &payload)
        payload.writeImmutableBuffer(told)
        return payload
    }

    /// The legacy number of a codec, or its four-character code as a number ("Enhancing onMetaData").
    private static func codecNumber(_ codec: Codec) -> Double {
        switch codec {
        case .h264: Double(FLVVideoCodec.avc.rawValue)
        case .aac: Double(FLVSoundFormat.aac.rawValue)
        case .mp3: Double(FLVSoundFormat.mp3.rawValue)
        case .hevc, .av1, .vp9, .opus, .ac3, .eac3, .flac, .g711ALaw, .g711MuLaw: Double(FourCC(codec).rawValue)
        }
    }
}
