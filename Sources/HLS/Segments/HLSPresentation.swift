import Media
import NIOCore

/// What of a stream can be fetched at a moment: an immutable value that answers requests without the segmenter.
public struct HLSPresentation: Sendable {
    /// Segments beyond this go, however short they are.
    static let maximumSegments = 2_048

    /// Changes with each change that a player may see.
    public internal(set) var version: UInt64 = 0
    /// The greatest duration of a segment in whole seconds; 0 until there is something to play. It does not change.
    public internal(set) var targetDuration = 0
    /// The greatest duration of a part in ticks; does not change from when `targetDuration` is there.
    var partTarget: Int64 = 0
    /// No more segments come.
    public internal(set) var isEnded = false
    /// Complete ones, the oldest first; those before `firstListed` are kept for players that know of them.
    private(set) var segments: [HLSSegment] = []
    private(set) var firstListed = 0
    /// Complete ones so far.
    private var completed = 0
    /// The segment in progress.
    var open: HLSSegment?
    /// The bytes of the complete segments.
    private(set) var byteCount = 0

    init() {}

    /// There is something to play, for those who know how to wait for more.
    public var isReady: Bool { targetDuration > 0 }
    /// There is enough for players that begin three segments before the end: Chromium gives up where there are fewer.
    var hasStart: Bool { completed >= 3 || isEnded }
    var targetTicks: Int64 { Int64(targetDuration) * MediaTime.ticksPerSecond }

    /// The complete segments of the playlists.
    var listed: ArraySlice<HLSSegment> { segments[firstListed...] }
    /// Where the last part ends, on the stream's timeline.
    var end: Int64 { open?.end ?? segments.last?.end ?? 0 }

    /// A segment is complete.
    mutating func append(_ segment: HLSSegment, window: Int, maximumBytes: Int) {
        segments.append(segment)
        completed += 1
        byteCount += segment.byteCount
        shorten(to: window)
        var dropped = 0
        for segment in segments.dropLast() {
            let isExpired = segment.expiry.map { $0 <= end } ?? false
            let isTooMuch = byteCount > maximumBytes || segments.count - dropped > Self.maximumSegments
            guard isExpired || isTooMuch else { break }
            byteCount -= segment.byteCount
            dropped += 1
        }
        segments.removeFirst(dropped)
        firstListed = max(0, firstListed - dropped)
    }

    /// Takes segments from the playlist, RFC 8216 §6.2.2: they are kept for their own duration and that of the playlist
    /// that had them, and what is left lasts three target durations.
    private mutating func shorten(to window: Int) {
        guard let end = segments.last?.end else { return }
        while segments.count - firstListed > window {
            let first = segments[firstListed]
            guard end - first.end >= 3 * targetTicks || segments.count - firstListed > 4 * window else { return }
            segments[firstListed].expiry = end + first.duration + (end - first.start)
            firstListed += 1
        }
    }
}
