import Media

/// Counts the timestamps of audio in whole frames as long as the samples' times agree, so that receivers do not see the
/// rounding of a coarser clock as jitter: RTMP's has milliseconds.
struct AudioTimestamps: Sendable {
    /// Times agree that differ by less than a part of a second, 1.5 ms.
    private static let tolerance = (numerator: Int64(3), denominator: Int64(2000))

    private let rate: RTPClockRate
    private var expected: Int64?

    init(rate: RTPClockRate) {
        self.rate = rate
    }

    /// The time of the next frame, in ticks of the track's clock.
    ///
    /// - Parameter duration: of the frame, in those ticks; 0 when it is not known.
    mutating func next(at time: MediaTime, duration: Int64) -> Int64 {
        var ticks = rate.ticks(time.ticks)
        let reach = Int64(rate.hertz) * Self.tolerance.numerator / Self.tolerance.denominator
        if let expected, (-reach...reach).contains(ticks &- expected) { ticks = expected }
        expected = duration > 0 ? ticks &+ duration : nil
        return ticks
    }
}
