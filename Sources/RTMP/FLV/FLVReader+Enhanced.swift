import Media
import NIOCore

/// The tags of enhanced RTMP: a four-character code in place of the codec's number, and several tracks in one message.
extension FLVReader {
    /// Where a tag's bytes begin, after its extensions.
    private struct Opening {
        var packetType: UInt8
        var body: ByteBuffer
    }

    mutating func readEnhancedVideo(
        _ first: UInt8,
        _ body: ByteBuffer,
        at timestamp: UInt32,
        _ emit: (FLVEvent) -> Void
    ) throws(FLVError) {
        let opening = try Self.skipExtensions(first & 0x0f, body, .video)
        let frameType = first >> 4 & 0x07
        // The frame type means nothing in front of metadata.
        guard frameType != FLVFrameType.command || opening.packetType == FLVPacket.metadata else {
            return counters.ignored &+= 1
        }
        let isKey = frameType == FLVFrameType.key || frameType == FLVFrameType.generatedKey
        try readTracks(opening, multitrack: FLVPacket.videoMultitrack, .video) {
            (self: inout FLVReader, packetType, code, body) throws(FLVError) in
            guard let codec = code.codec, codec.isVideo else { return self.unsupported(.video, code.text, emit) }
            var body = body
            switch packetType {
            case FLVPacket.sequenceStart: try self.configure(.video, codec, body, emit)
            case FLVPacket.codedFrames:
                var composition: Int32 = 0
                if codec.hasCompositionTime {
                    guard let read = body.readInt24() else { throw .truncated(.video) }
                    composition = read
                }
                self.sample(
                    .video,
                    codec,
                    body,
                    at: timestamp,
                    composition: composition,
                    isKeyframe: isKey,
                    emit
                )
            case FLVPacket.codedFramesX: self.sample(.video, codec, body, at: timestamp, isKeyframe: isKey, emit)
            default: self.counters.ignored &+= 1  // metadata for colours, the end of a sequence, and what is to come
            }
        }
    }

    mutating func readEnhancedAudio(
        _ first: UInt8,
        _ body: ByteBuffer,
        at timestamp: UInt32,
        _ emit: (FLVEvent) -> Void
    ) throws(FLVError) {
        let opening = try Self.skipExtensions(first & 0x0f, body, .audio)
        try readTracks(opening, multitrack: FLVPacket.audioMultitrack, .audio) {
            (self: inout FLVReader, packetType, code, body) throws(FLVError) in
            guard let codec = code.codec, !codec.isVideo else { return self.unsupported(.audio, code.text, emit) }
            switch packetType {
            case FLVPacket.sequenceStart where codec.needsConfiguration:
                try self.configure(.audio, codec, body, emit)
            case FLVPacket.codedFrames: self.sample(.audio, codec, body, at: timestamp, isKeyframe: true, emit)
            default: self.counters.ignored &+= 1  // the channels' places, the end of a sequence, and what is to come
            }
        }
    }

    /// Passes over extensions (ModEx), of which there is only an offset below a millisecond so far.
    private static func skipExtensions(
        _ packetType: UInt8,
        _ body: ByteBuffer,
        _ kind: RTMPMessageType
    ) throws(FLVError) -> Opening {
        var opening = Opening(packetType: packetType, body: body)
        var count = 0
        while opening.packetType == FLVPacket.modifierExtension {
            count += 1
            guard count <= FLVLimits.modifierExtensions else { throw .truncated(kind) }
            guard let short = opening.body.readInteger(as: UInt8.self) else { throw .truncated(kind) }
            var size = Int(short) + 1
            if size == 256 {
                guard let long = opening.body.readInteger(as: UInt16.self) else { throw .truncated(kind) }
                size = Int(long) + 1
            }
            guard opening.body.readSlice(length: size) != nil,
                let next = opening.body.readInteger(as: UInt8.self)
            else { throw .truncated(kind) }
            opening.packetType = next & 0x0f
        }
        return opening
    }

    private typealias Visit = (inout FLVReader, UInt8, FourCC, ByteBuffer) throws(FLVError) -> Void

    /// Calls `visit` for the track that is read; the others are counted.
    private mutating func readTracks(
        _ opening: Opening,
        multitrack: UInt8,
        _ kind: Kind,
        _ visit: Visit
    ) throws(FLVError) {
        var body = opening.body
        guard opening.packetType == multitrack else {
            let code = try Self.fourCC(&body, kind.messageType)
            guard isRead(0, kind) else { return counters.otherTracks &+= 1 }
            return try visit(&self, opening.packetType, code, body)
        }
        guard let layout = body.readInteger(as: UInt8.self) else { throw .truncated(kind.messageType) }
        let packetType = layout & 0x0f
        let multitrackType = layout >> 4
        guard packetType != multitrack, multitrackType <= FLVMultitrack.manyTracksManyCodecs else {
            throw .invalidMultitrack
        }
        var shared: FourCC?
        if multitrackType != FLVMultitrack.manyTracksManyCodecs { shared = try Self.fourCC(&body, kind.messageType) }
        repeat {
            let code: FourCC
            if let shared { code = shared } else { code = try Self.fourCC(&body, kind.messageType) }
            guard let number = body.readInteger(as: UInt8.self) else { throw .truncated(kind.messageType) }
            var track = body
            if multitrackType == FLVMultitrack.oneTrack {
                body.moveReaderIndex(to: body.writerIndex)
            } else {
                guard let size = body.readUInt24(), let slice = body.readSlice(length: Int(size)) else {
                    throw .invalidMultitrack
                }
                track = slice
            }
            if isRead(number, kind) {
                try visit(&self, packetType, code, track)
            } else {
                counters.otherTracks &+= 1
            }
        } while body.readableBytes > 0
    }

    /// Whether the track of this number is the one that is read: the first that came, until the stream ends.
    private mutating func isRead(_ number: UInt8, _ kind: Kind) -> Bool {
        guard let read = self[kind].number else {
            self[kind].number = number
            return true
        }
        return read == number
    }

    private static func fourCC(_ body: inout ByteBuffer, _ kind: RTMPMessageType) throws(FLVError) -> FourCC {
        guard let code = body.readInteger(as: UInt32.self) else { throw .truncated(kind) }
        return FourCC(rawValue: code)
    }
}
