public import Media

/// What a `TSDemuxer` found, in the order of the stream.
public enum TSDemuxerEvent: Hashable, Sendable {
    /// Comes before the track's first sample, and again when its configuration changes.
    case track(MediaTrack)
    case sample(MediaSample)
    /// A stream of video or audio that cannot be turned into samples; once for each.
    case unsupportedCodec(name: String, pid: UInt16)
    /// Bytes of the track were lost. What follows is passed on as it is: until the next keyframe it may show errors.
    case loss(MediaTrack.ID)
    /// The stream's clock jumped. The times of samples go on without the jump.
    case discontinuity
}

/// What a `TSDemuxer` counted.
public struct TSDemuxerStatistics: Hashable, Sendable {
    /// Gaps in the continuity counters of the chosen streams.
    public internal(set) var continuityErrors: UInt64 = 0
    /// Packets that came twice.
    public internal(set) var duplicates: UInt64 = 0
    /// Scrambled packets of the chosen streams.
    public internal(set) var scrambled: UInt64 = 0
    /// Packets that a demodulator marked as broken.
    public internal(set) var transportErrors: UInt64 = 0
    /// PES packets without a valid header, and access units and frames that could not be read.
    public internal(set) var malformed: UInt64 = 0
    /// PES packets and access units beyond the limits of memory.
    public internal(set) var oversized: UInt64 = 0
    /// Samples that came before the begin of the timeline, or again after a jump of the clock.
    public internal(set) var untimely: UInt64 = 0
    /// Jumps of the clock.
    public internal(set) var discontinuities: UInt64 = 0
}
