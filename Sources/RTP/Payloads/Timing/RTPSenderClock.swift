public import Media

/// Tells where an outgoing stream is at a moment, the same for all its tracks: what sender reports (RFC 3550 §6.4.1) say of
/// the moment in which they are sent.
///
/// It goes with the machine's clock and follows the samples slowly, so that it does not leave them when the stream's clock
/// runs faster or slower, and at once when they jump.
public struct RTPSenderClock: Sendable {
    /// Samples farther away than this are a jump: 1 s.
    static let maximumStep: Int64 = MediaTime.ticksPerSecond
    /// How much of the distance to a sample is followed: one part of so many.
    static let followDivisor: Int64 = 64

    private var anchor: (ticks: Int64, moment: MonotonicTime)?

    public init() {}

    /// A sample of any track was sent.
    public mutating func sampleSent(_ decodeTime: MediaTime, at now: MonotonicTime) {
        guard let place = mediaTime(at: now) else {
            anchor = (decodeTime.ticks, now)
            return
        }
        let distance = decodeTime.ticks(since: place)
        if (-Self.maximumStep...Self.maximumStep).contains(distance) {
            anchor = (place.ticks &+ distance / Self.followDivisor, now)
        } else {
            anchor = (decodeTime.ticks, now)
        }
    }

    /// Where the stream is; nil before the first sample.
    public func mediaTime(at now: MonotonicTime) -> MediaTime? {
        anchor.map { MediaTime(ticks: $0.ticks &+ now.mediaTicks(since: $0.moment)) }
    }
}
