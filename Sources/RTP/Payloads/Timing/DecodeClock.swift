public import Media

/// Gives pictures the times at which they are to be decoded: RTP tells only when they are shown (RFC 6184 §5.1).
///
/// Pictures come in the order of decoding. When at most `depth` of them come before one that is shown earlier, then the
/// time that is `depth` places below the latest shown so far is not after any picture's own, and grows with each: it is
/// when the picture is decoded, as encoders would say it. Nothing waits for that. At the start, where there are fewer
/// pictures, it goes on backwards in steps of a frame.
///
/// The depth is that of the parameter sets. Without it, and when pictures break it, it is what was seen: a picture that
/// should have been decoded before then has a decode time after its presentation, once for each step of the depth.
public struct DecodeClock: Hashable, Sendable {
    /// More places are not counted.
    public static let maximumDepth = 16
    /// Pictures farther from the latest one than this do not belong to the same run: 1 s after it, 2 s before it.
    static let maximumStep: Int64 = MediaTime.ticksPerSecond
    static let maximumStepBack: Int64 = 2 * MediaTime.ticksPerSecond
    /// How long a picture lasts when nobody tells: 40 ms.
    static let assumedDuration: Int64 = 3600

    /// How many pictures can come before one that is shown before them.
    public private(set) var depth = 0
    private var duration = Self.assumedDuration
    /// When the last pictures are shown, in order, at most `maximumDepth` + 1.
    private var shown: [Int64] = []
    private var last: Int64?

    public init() {}

    /// Parameter sets came.
    ///
    /// - Parameters:
    ///   - reorderDepth: nil when the sets do not tell: then what was seen stays.
    ///   - frameDuration: in 90 kHz ticks.
    public mutating func configure(reorderDepth: Int?, frameDuration: Int64?) {
        if let reorderDepth { depth = min(max(reorderDepth, 0), Self.maximumDepth) }
        if let frameDuration { duration = min(max(frameDuration, 1), Self.maximumStep) }
    }

    /// When the next picture is to be decoded. Does not go back, and not below zero.
    public mutating func decodeTime(ofShown presentation: MediaTime) -> MediaTime {
        let time = presentation.ticks
        if let latest = shown.last, !(-Self.maximumStepBack...Self.maximumStep).contains(time &- latest) {
            shown.removeAll(keepingCapacity: true)
        }
        let place = shown.firstIndex { $0 > time } ?? shown.count
        shown.insert(time, at: place)
        depth = max(depth, min(shown.count - 1 - place, Self.maximumDepth))
        if shown.count > Self.maximumDepth + 1 { shown.removeFirst() }
        let missing = depth - (shown.count - 1)
        let found = missing > 0 ? shown[0] &- Int64(missing) &* duration : shown[-missing]
        let decoding = max(found, last ?? 0)
        last = decoding
        return MediaTime(ticks: decoding)
    }
}
