import Media
import NIOCore

/// What a receiver that comes in the middle of a stream is sent first: metadata, sequence headers, and the frames since
/// the last keyframe.
struct RTMPStreamHistory: Sendable {
    /// A group of pictures beyond these is not kept: receivers wait for the next keyframe instead.
    static let maximumBytes = 16 << 20
    static let maximumFrames = 4_096

    private var writer = FLVWriter(zero: .zero, streamID: RTMPFrame.sharedStreamID)
    private var headers: [MediaTrack.ID: RTMPFrame] = [:]
    private var metadata: RTMPFrame?
    private var frames: [RTMPFrame] = []
    private var byteCount = 0
    private var isComplete = false
    /// Of the frame that comes next.
    private(set) var nextSequence: UInt64 = 0

    private var hasVideo: Bool { writer.tracks.contains { $0.codec.isVideo } }

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
        if track.codec.isVideo { forget() }
        return new
    }

    /// The frame of a sample; nil when its track is not carried.
    mutating func add(_ sample: MediaSample) -> RTMPFrame? {
        guard let tag = writer.write(sample) else { return nil }
        let isStart = hasVideo ? tag.body.type == .video && sample.isKeyframe : true
        let frame = RTMPFrame(tag, sequence: nextSequence, isStart: isStart)
        nextSequence &+= 1
        if isStart { forget() }
        guard isStart || isComplete else { return frame }
        isComplete = true
        byteCount += frame.bytes.readableBytes
        frames.append(frame)
        if byteCount > Self.maximumBytes || frames.count > Self.maximumFrames {
            forget()
            isComplete = false
        }
        return frame
    }

    /// In the order in which they are to be sent.
    var opening: [RTMPFrame] {
        [metadata].compactMap { $0 } + writer.tracks.compactMap { headers[$0.id] } + frames
    }

    private mutating func forget() {
        frames.removeAll(keepingCapacity: true)
        byteCount = 0
        isComplete = false
    }

    private mutating func makeHeader(_ message: RTMPMessage) -> RTMPFrame {
        defer { nextSequence &+= 1 }
        return RTMPFrame(header: message, sequence: nextSequence)
    }
}
