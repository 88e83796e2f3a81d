import Media

/// How a stream is cut and how much of it is kept.
public struct HLSConfiguration: Hashable, Sendable {
    /// How long segments are at least, if keyframes allow it.
    public var segmentDuration: Duration
    /// How many segments the playlists list; more when they are so short that these would last less than three target
    /// durations, RFC 8216 §6.2.2.
    public var window: Int
    /// What the segments may take. Above it the oldest go, listed or not.
    public var maximumBytes: Int

    public init(segmentDuration: Duration = .seconds(2), window: Int = 6, maximumBytes: Int = 256 << 20) {
        self.segmentDuration = segmentDuration
        self.window = window
        self.maximumBytes = maximumBytes
    }

    /// In ticks of 90 kHz; from half a second to a minute.
    var segmentTicks: Int64 {
        let clamped = min(max(segmentDuration, .milliseconds(500)), .seconds(60))
        let (seconds, attoseconds) = clamped.components
        return seconds * MediaTime.ticksPerSecond + attoseconds / (1_000_000_000_000_000_000 / MediaTime.ticksPerSecond)
    }

    var listedSegments: Int { min(max(window, 1), 1_000) }

    /// A segment that is larger is cut wherever it is.
    var maximumSegmentBytes: Int { min(64 << 20, max(maximumBytes / 4, 1 << 20)) }
}
