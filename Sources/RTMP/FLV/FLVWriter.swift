package import Media
import NIOCore

/// Turns tracks and samples into RTMP messages: legacy tags for H.264, AAC and MP3, which everybody reads, enhanced ones
/// for the other codecs.
///
/// One message serves all readers of a flow: share its `payload`. RTMP here carries one video and one audio track; of
/// more, the first of each kind is written.
package struct FLVWriter: Sendable {
    /// The message stream that the messages are for; 1 unless a server said otherwise.
    package var streamID: UInt32
    /// The moment that is timestamp 0.
    package let zero: MediaTime
    /// Of the latest sample; sequence headers take it.
    private var timestamp: UInt32 = 0
    private var video: MediaTrack?
    private var audio: MediaTrack?

    package init(zero: MediaTime, streamID: UInt32 = 1) {
        self.zero = zero
        self.streamID = streamID
    }

    /// The tracks that are written.
    package var tracks: [MediaTrack] { [video, audio].compactMap { $0 } }

    /// The sequence header of a track that begins or changed; nil for codecs that have none and for further tracks.
    package mutating func write(_ track: MediaTrack) -> RTMPMessage? {
        let present = track.codec.isVideo ? video : audio
        guard present == nil || present?.id == track.id else { return nil }
        if track.codec.isVideo { video = track } else { audio = track }
        return Self.sequenceHeader(track, streamID: streamID, timestamp: timestamp)
    }

    /// The message for a sample; nil when its track is not written.
    package mutating func write(_ sample: MediaSample) -> RTMPMessage? {
        guard let codec = codec(of: sample.track) else { return nil }
        timestamp = timestamp(of: sample.decodeTime)
        let payload =
            switch codec {
            case .h264: Self.legacyVideo(sample)
            case .aac: Self.body(sample, FLVSoundHeader.aac, FLVLegacyPacket.coded)
            case .mp3: Self.body(sample, FLVSoundHeader.mp3(sample.payload))
            case .hevc, .av1, .vp9: Self.enhancedVideo(sample, codec)
            case .opus, .ac3, .eac3, .flac:
                Self.body(sample, Self.enhancedAudioByte | FLVPacket.codedFrames, FourCC(codec))
            }
        return RTMPMessage(
            type: codec.isVideo ? .video : .audio,
            streamID: streamID,
            timestamp: timestamp,
            payload: payload
        )
    }

    /// What decoders need before the track's first sample.
    package static func sequenceHeader(
        _ track: MediaTrack,
        streamID: UInt32 = 1,
        timestamp: UInt32 = 0
    ) -> RTMPMessage? {
        guard track.codec.needsConfiguration else { return nil }
        var payload = ByteBuffer()
        payload.reserveCapacity(8 + track.configuration.readableBytes)
        switch track.codec {
        case .h264:
            payload.writeInteger(FLVFrameType.key << 4 | FLVVideoCodec.avc.rawValue)
            payload.writeInteger(UInt32(FLVLegacyPacket.sequenceHeader) << 24)
        case .aac:
            payload.writeInteger(FLVSoundHeader.aac)
            payload.writeInteger(FLVLegacyPacket.sequenceHeader)
        case .hevc, .av1, .vp9:
            payload.writeInteger(0x80 | FLVFrameType.key << 4 | FLVPacket.sequenceStart)
            payload.writeInteger(FourCC(track.codec).rawValue)
        case .mp3, .opus, .ac3, .eac3, .flac:
            payload.writeInteger(Self.enhancedAudioByte | FLVPacket.sequenceStart)
            payload.writeInteger(FourCC(track.codec).rawValue)
        }
        payload.writeImmutableBuffer(track.configuration)
        return RTMPMessage(
            type: track.codec.isVideo ? .video : .audio,
            streamID: streamID,
            timestamp: timestamp,
            payload: payload
        )
    }

    /// Milliseconds since `zero`, modulo 2^32.
    package func timestamp(of time: MediaTime) -> UInt32 {
        UInt32(truncatingIfNeeded: MediaTime(ticks: time.ticks(since: zero)).milliseconds)
    }

    private func codec(of id: MediaTrack.ID) -> Codec? {
        if let video, video.id == id { return video.codec }
        if let audio, audio.id == id { return audio.codec }
        return nil
    }
}

extension FLVWriter {
    private static let enhancedAudioByte = FLVSoundFormat.enhanced.rawValue << 4
    private static let composition24: ClosedRange<Int64> = -0x80_0000...0x7f_ffff

    private static func legacyVideo(_ sample: MediaSample) -> ByteBuffer {
        var payload = ByteBuffer()
        payload.reserveCapacity(5 + sample.payload.readableBytes)
        let frameType = sample.isKeyframe ? FLVFrameType.key : FLVFrameType.inter
        payload.writeInteger(frameType << 4 | FLVVideoCodec.avc.rawValue)
        payload.writeInteger(FLVLegacyPacket.coded)
        payload.writeUInt24(UInt32(truncatingIfNeeded: compositionMilliseconds(sample)))
        payload.writeImmutableBuffer(sample.payload)
        return payload
    }

    private static func enhancedVideo(_ sample: MediaSample, _ codec: Codec) -> ByteBuffer {
        let composition = codec.hasCompositionTime ? compositionMilliseconds(sample) : 0
        let frameType = sample.isKeyframe ? FLVFrameType.key : FLVFrameType.inter
        // Only codecs with a composition time have a form that leaves it out.
        let packetType = codec.hasCompositionTime && composition == 0 ? FLVPacket.codedFramesX : FLVPacket.codedFrames
        var payload = ByteBuffer()
        payload.reserveCapacity(8 + sample.payload.readableBytes)
        payload.writeInteger(0x80 | frameType << 4 | packetType)
        payload.writeInteger(FourCC(codec).rawValue)
        if composition != 0 { payload.writeUInt24(UInt32(truncatingIfNeeded: composition)) }
        payload.writeImmutableBuffer(sample.payload)
        return payload
    }

    private static func body(_ sample: MediaSample, _ first: UInt8, _ second: UInt8) -> ByteBuffer {
        var payload = ByteBuffer()
        payload.reserveCapacity(2 + sample.payload.readableBytes)
        payload.writeInteger(first)
        payload.writeInteger(second)
        payload.writeImmutableBuffer(sample.payload)
        return payload
    }

    private static func body(_ sample: MediaSample, _ first: UInt8) -> ByteBuffer {
        var payload = ByteBuffer()
        payload.reserveCapacity(1 + sample.payload.readableBytes)
        payload.writeInteger(first)
        payload.writeImmutableBuffer(sample.payload)
        return payload
    }

    private static func body(_ sample: MediaSample, _ first: UInt8, _ code: FourCC) -> ByteBuffer {
        var payload = ByteBuffer()
        payload.reserveCapacity(5 + sample.payload.readableBytes)
        payload.writeInteger(first)
        payload.writeInteger(code.rawValue)
        payload.writeImmutableBuffer(sample.payload)
        return payload
    }

    /// Rounded so that decode and presentation times each lie within half a millisecond of where they should.
    private static func compositionMilliseconds(_ sample: MediaSample) -> Int64 {
        let difference = sample.presentationTime.milliseconds &- sample.decodeTime.milliseconds
        return min(max(difference, composition24.lowerBound), composition24.upperBound)
    }
}
