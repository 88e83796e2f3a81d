public import Media
public import NIOCore

/// A coded picture or audio frame as packets carried it, with the timestamp of its track's own clock.
public struct RTPFrame: Hashable, Sendable {
    /// In the form of `MediaSample`.
    public var payload: ByteBuffer
    /// When it is to be shown or heard, in ticks of the payload type's clock.
    public var timestamp: UInt32
    /// A decoder can start here. Always true for audio.
    public var isKeyframe: Bool

    public init(payload: ByteBuffer, timestamp: UInt32, isKeyframe: Bool = true) {
        self.payload = payload
        self.timestamp = timestamp
        self.isKeyframe = isKeyframe
    }
}

/// What a decoder must know before a track's frames, and what their times tell.
public struct RTPTrackConfiguration: Hashable, Sendable {
    /// Of the frames.
    public var codec: Codec
    /// In the form of `MediaTrack`.
    public var record: ByteBuffer
    /// How many pictures can come before one that is shown before them; nil when it is not known.
    public var reorderDepth: Int?
    /// From one picture to the next, in 90 kHz ticks; nil when it is not known.
    public var frameDuration: Int64?

    public init(codec: Codec, record: ByteBuffer, reorderDepth: Int? = 0, frameDuration: Int64? = nil) {
        self.codec = codec
        self.record = record
        self.reorderDepth = reorderDepth
        self.frameDuration = frameDuration
    }
}

/// What a depacketizer found, in the order of the stream.
public enum RTPDepacketizerEvent: Hashable, Sendable {
    /// Comes before the track's first frame, and again when the configuration changes.
    case configuration(RTPTrackConfiguration)
    case frame(RTPFrame)
    /// The payload is of a kind that cannot become samples; once.
    case unsupported(String)
}

/// What a depacketizer counted. Counters only grow.
public struct RTPDepacketizerCounters: Hashable, Sendable {
    /// Frames passed on.
    public var frames: UInt64 = 0
    /// Frames of which packets were lost or could not be read; they are not passed on.
    public var broken: UInt64 = 0
    /// Whole pictures that came before the first keyframe, or after a loss before the next; they are not passed on.
    public var skipped: UInt64 = 0
    /// Packets and units of them that could not be read.
    public var malformed: UInt64 = 0
    /// Packets of kinds that are not read: interleaved ones, or of types that have no meaning yet.
    public var unsupported: UInt64 = 0
    /// Frames beyond the limits of memory.
    public var oversized: UInt64 = 0

    public init() {}
}

/// How a track of video goes on after packets of it were lost.
public enum RTPLossRecovery: Hashable, Sendable {
    /// With the next keyframe: what is between refers to what is missing.
    case nextKeyframe
    /// With the next whole picture, which may show errors until the next keyframe.
    case nextPicture
}
