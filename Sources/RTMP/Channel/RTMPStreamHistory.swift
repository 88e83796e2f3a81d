import Media
import NIOCore

/// What a receiver that comes in the middle of a stream is sent first: metadata, sequence headers, and the frames since
/// the last keyframe.
struct RTMPStreamHistory: Sendable {
    private var writer = FLVWriter(zero: .zero, streamID: RTMPFrame.sharedStreamID)
    private var headers: [MediaTrack.ID: RTMPFrame] = [:]
    private var metadata: RTMPFrame?
    private var group = RTMPGroup()
    /// Of the frame that comes next.
    private(set) var nextSequence: UInt64 = 0

    /// The frames that tell of a track that begins or changed.
    mutating func add(_ track: MediaTrack) -> [RTMPFrame] {
        let header = writer.write(track)
        guard writer.tracks.contains(where: { $0.id == track.id }) else { return [] }
        var new: [RTMPFrame] = []
        let message = FLVMetadata.message(
            FLVMetadata.object(for: writer.tracks),
            for: .player,
            streamID: RTMPFrame.sharedStreamID
        )
        let frame = makeHeader(message)
        metadata = frame
        new.append(frame)
        if let header {
            let frame = makeHeader(header)
            headers[track.id] = frame
            new.append(frame)
        }
        // What came before was for another decoder.
        if track.codec.isVideo { group.forget() }
        return new
    }

    /// The frame of a sample; nil when its track is not carried.
    mutating func add(_ sample: MediaSample) -> RTMPFrame? {
        guard let tag = writer.write(sample) else { return nil }
        let isStart = writer.hasVideo ? tag.body.type == .video && sample.isKeyframe : true
        let frame = RTMPFrame(tag, sequence: nextSequence, isStart: isStart)
        nextSequence &+= 1
        group.add(frame)
        return frame
    }

    /// In the order in which they are to be sent.
    var opening: [RTMPFrame] {
        [metadata].compactMap { $0 } + writer.tracks.compactMap { headers[$0.id] } + group.frames
    }

    private mutating func makeHeader(_ message: RTMPMessage) -> RTMPFrame {
        defer { nextSequence &+= 1 }
        return RTMPFrame(header: message, sequence: nextSequence)
    }
}
