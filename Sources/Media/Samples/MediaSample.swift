public import NIOCore

/// One access unit of a track: a coded picture, or one audio frame.
public struct MediaSample: Hashable, Sendable {
    public var track: MediaTrack.ID
    /// When it is to be decoded. Does not go back within a track.
    public var decodeTime: MediaTime
    /// From decoding to presentation, in ticks of 90 kHz; 0 but for pictures that B-frames reorder.
    public var compositionOffset: Int64
    /// A decoder can start here. Always true for audio.
    public var isKeyframe: Bool
    /// The bytes in the form that MP4 and FLV carry: NAL units each behind its length (of as many bytes as the track's
    /// configuration says; 4 unless it came otherwise) for H.264 and H.265, a raw AAC frame without ADTS, a temporal
    /// unit of low-overhead OBUs for AV1, the frame as it is for the others; of G.711 any number of samples.
    public var payload: ByteBuffer

    public init(
        track: MediaTrack.ID,
        decodeTime: MediaTime,
        compositionOffset: Int64 = 0,
        isKeyframe: Bool,
        payload: ByteBuffer
    ) {
        self.track = track
        self.decodeTime = decodeTime
        self.compositionOffset = compositionOffset
        self.isKeyframe = isKeyframe
        self.payload = payload
    }

    public var presentationTime: MediaTime { decodeTime.advanced(byTicks: compositionOffset) }
}
