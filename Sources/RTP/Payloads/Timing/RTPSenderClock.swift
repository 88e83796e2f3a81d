public import Media

/// Says what wall-clock time belongs to a moment of an outgoing stream, the same for all its tracks: the pair that sender
/// reports (RFC 3550 §6.4.1) tell.
///
/// The relation stays as it was with the first sample, whenever a sample comes: receivers place what they play by it, and
/// would jump with it. From report to report it moves towards the machine's clock by so little that nobody sees, so that
/// it does not leave it when the stream's clock runs faster or slower.
public struct RTPSenderClock: Sendable {
    /// How far a report may move the relation, in 90 kHz ticks: half a millisecond.
    static let maximumStep: Int64 = 45
    /// A stream that is farther away from the machine's clock jumped, and its relation with it: 10 s.
    static let maximumDistance: Int64 = 10 * MediaTime.ticksPerSecond

    private var anchor: (ticks: Int64, time: NTPTime)?
    private var latest: MediaTime?

    public init() {}

    /// A sample of any track was sent.
    ///
    /// - Parameter time: the wall clock's, which is looked at for the first sample only.
    public mutating func sampleSent(_ decodeTime: MediaTime, at time: @autoclosure () -> NTPTime) {
        latest = latest.map { max($0, decodeTime) } ?? decodeTime
        if anchor == nil { anchor = (decodeTime.ticks, time()) }
    }

    /// What a report tells: where the stream is, and the time that belongs to it; nil before the first sample.
    ///
    /// - Parameter time: the wall clock's.
    public mutating func report(at time: NTPTime) -> (mediaTime: MediaTime, time: NTPTime)? {
        guard let latest, let anchor else { return nil }
        let place = anchor.time.advanced(byMediaTicks: latest.ticks(since: MediaTime(ticks: anchor.ticks)))
        let distance = time.mediaTicks(since: place)
        let isNear = (-Self.maximumDistance...Self.maximumDistance).contains(distance)
        let moved =
            isNear ? place.advanced(byMediaTicks: min(max(distance, -Self.maximumStep), Self.maximumStep)) : time
        self.anchor = (latest.ticks, moved)
        return (latest, moved)
    }
}
