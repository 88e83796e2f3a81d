package import Media

/// Tells with which samples a decoder can start: with keyframes while there are pictures, else with any. A video track
/// may be announced and bring none, and one that ran may stop. A pure value: time is the stream's own.
package struct PictureWatch: Sendable {
    /// A video track without a picture for so long does not run: 10 s, in ticks.
    static let patience = MediaTime(milliseconds: 10_000).ticks

    /// Of the latest picture; of the first sample while there was none.
    private var latest: MediaTime?
    /// There is a video track, and the stream goes on without it.
    package private(set) var areMissing = false

    package init() {}

    /// Takes the next sample.
    ///
    /// - Parameters:
    ///   - isVideo: whether it is a picture.
    ///   - hasVideo: whether the stream has a video track.
    /// - Returns: Whether a decoder can start with it.
    package mutating func isStart(_ sample: MediaSample, isVideo: Bool, hasVideo: Bool) -> Bool {
        guard !isVideo else {
            latest = sample.decodeTime
            areMissing = false
            return sample.isKeyframe
        }
        guard hasVideo else { return true }
        let since = latest ?? sample.decodeTime
        latest = since
        areMissing = sample.decodeTime.ticks(since: since) > Self.patience
        return areMissing
    }
}
