package import Media
import NIOCore

/// Turns tracks and samples into RTMP messages: legacy tags for H.264, AAC and MP3, which everybody reads, enhanced ones
/// for the other codecs.
///
/// RTMP here carries one video and one audio track; of more, the first of each kind is written. Tracks of codecs that it
/// has no form for are left out.
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

    package var hasVideo: Bool { video != nil }

    /// The sequence header of a track that begins or changed; nil for codecs that have none and for further tracks.
    package mutating func write(_ track: MediaTrack) -> RTMPMessage? {
        let present = track.codec.isVideo ? video : audio
        guard present == nil || present?.id == track.id, track.codec.isInRTMP else { return nil }
        if track.codec.isVideo { video = track } else { audio = track }
        return Self.sequenceHeader(track, streamID: streamID, timestamp: timestamp)
    }

    /// Only these tracks are there any more: of those that were left out one may take the place of one that is gone.
    package mutating func keep(only tracks: [MediaTrack]) {
        if let id = video?.id, !tracks.contains(where: { $0.id == id }) { video = nil }
        if let id = audio?.id, !tracks.contains(where: { $0.id == id }) { audio = nil }
        for track in tracks { _ = write(track) }
    }

    /// The message for a sample; nil when its track is not written.
    package mutating func write(_ sample: MediaSample) -> FLVTag? {
        guard let codec = codec(of: sample.track) else { return nil }
        timestamp = timestamp(of: sample.decodeTime)
        return FLVTag(
            prefix: Self.prefix(of: sample, codec),
            body: RTMPMessage(
                type: codec.isVideo ? .video : .audio,
                streamID: streamID,
                timestamp: timestamp,
                payload: sample.payload
            )
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
        case .mp3, .opus, .ac3, .eac3, .flac, .g711ALaw, .g711MuLaw:
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
        // The tracks are not copied to be looked at.
        if video?.id == id { return video?.codec }
        if audio?.id == id { return audio?.codec }
        return nil
    }
}

extension FLVWriter {
    private static let enhancedAudioByte = FLVSoundFormat.enhanced.rawValue << 4
    private static let composition24: ClosedRange<Int64> = -0x80_0000...0x7f_ffff

    private static func prefix(of sample: MediaSample, _ codec: Codec) -> MessagePrefix {
        var prefix = MessagePrefix()
        switch codec {
        case .h264:
            prefix.append(frameType(of: sample) << 4 | FLVVideoCodec.avc.rawValue)
            prefix.append(FLVLegacyPacket.coded)
            prefix.append24(UInt32(truncatingIfNeeded: compositionMilliseconds(sample)))
        case .hevc, .av1, .vp9:
            let composition = codec.hasCompositionTime ? compositionMilliseconds(sample) : 0
            // Only codecs with a composition time have a form that leaves it out.
            let packetType =
                codec.hasCompositionTime && composition == 0 ? FLVPacket.codedFramesX : FLVPacket.codedFrames
            prefix.append(0x80 | frameType(of: sample) << 4 | packetType)
            prefix.append(FourCC(codec).rawValue)
            if composition != 0 { prefix.append24(UInt32(truncatingIfNeeded: composition)) }
        case .aac:
            prefix.append(FLVSoundHeader.aac)
            prefix.append(FLVLegacyPacket.coded)
        case .mp3:
            prefix.append(FLVSoundHeader.mp3(sample.payload))
        case .opus, .ac3, .eac3, .flac, .g711ALaw, .g711MuLaw:
            prefix.append(enhancedAudioByte | FLVPacket.codedFrames)
            prefix.append(FourCC(codec).rawValue)
        }
        return prefix
    }

    private static func frameType(of sample: MediaSample) -> UInt8 {
        sample.isKeyframe ? FLVFrameType.key : FLVFrameType.inter
    }

    /// Rounded so that decode and presentation times each lie within half a millisecond of where they should.
    private static func compositionMilliseconds(_ sample: MediaSample) -> Int64 {
        let difference = sample.presentationTime.milliseconds &- sample.decodeTime.milliseconds
        return min(max(difference, composition24.lowerBound), composition24.upperBound)
    }
}
