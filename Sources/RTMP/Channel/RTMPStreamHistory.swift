import Delivery
import Media
import NIOCore

/// What a receiver that comes in the middle of a stream is sent first: metadata, sequence headers, and the frames since
/// the last keyframe.
struct RTMPStreamHistory: Sendable {
    private var writer = FLVWriter(zero: .zero, streamID: RTMPFrame.sharedStreamID)
    private var headers: [MediaTrack.ID: RTMPFrame] = [:]
    private var metadata: RTMPFrame?
    private var group = RTMPGroup()
    private var pictures = PictureWatch()
    /// Of the frame that comes next.
    private(set) var nextSequence: UInt64 = 0

    /// The frames that tell of a track that begins or changed.
    mutating func add(_ track: MediaTrack) -> [RTMPFrame] {
        let header = writer.write(track)
        guard writer.tracks.contains(where: { $0.id == track.id }) else { return [] }
        var new = [makeMetadata()]
        if let header {
            let frame = makeHeader(header)
            headers[track.id] = frame
            new.append(frame)
        }
        // What came before was for another decoder.
        if track.codec.isVideo { group.forget() }
        return new
    }

    /// The frames that tell that of the tracks only these are left.
    mutating func keep(only tracks: [MediaTrack]) -> [RTMPFrame] {
        let former = writer.tracks
        writer.keep(only: tracks)
        let left = writer.tracks
        guard left != former else { return [] }
        // What came before has the others in it.
        group.forget()
        pictures = PictureWatch()
        headers = headers.filter { id, _ in left.contains { $0.id == id } }
        return [makeMetadata()] + left.filter { !former.contains($0) }.flatMap { add($0) }
    }

    /// The stream ended: whoever comes before the next one begins is sent nothing until then.
    mutating func forget() {
        writer.keep(only: [])
        headers = [:]
        metadata = nil
        group.forget()
        pictures = PictureWatch()
    }

    /// The frame of a sample; nil when its track is not carried.
    mutating func add(_ sample: MediaSample) -> RTMPFrame? {
        guard let tag = writer.write(sample) else { return nil }
        let wereMissing = pictures.areMissing
        let isStart = pictures.isStart(sample, isVideo: tag.body.type == .video, hasVideo: writer.hasVideo)
        // Pictures are back, and what they need was before they went.
        if wereMissing, !pictures.areMissing, !isStart { group.forget() }
        let frame = RTMPFrame(tag, sequence: nextSequence, isStart: isStart)
        nextSequence &+= 1
        group.add(frame)
        return frame
    }

    /// In the order in which they are to be sent.
    var opening: [RTMPFrame] {
        [metadata].compactMap { $0 } + writer.tracks.compactMap { headers[$0.id] } + group.frames
    }

    private mutating func makeMetadata() -> RTMPFrame {
        let message = FLVMetadata.message(
            FLVMetadata.object(for: writer.tracks),
            for: .player,
            streamID: RTMPFrame.sharedStreamID
        )
        let frame = makeHeader(message)
        metadata = frame
        return frame
    }

    private mutating func makeHeader(_ message: RTMPMessage) -> RTMPFrame {
        defer { nextSequence &+= 1 }
        return RTMPFrame(header: message, sequence: nextSequence)
    }
}
