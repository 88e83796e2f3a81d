import Media

/// The dates of segments, `EXT-X-PROGRAM-DATE-TIME`: each follows from the one before and the time on the stream's own
/// clock, and is drawn a little to the date at which the segment really began, so that the clocks do not drift apart.
struct ProgramClock: Sendable {
    /// A date so far from what was expected is taken as it is: 1 s.
    static let maximumError: Int64 = 1_000
    /// What part of the difference is made up for at each segment.
    private static let damping: Int64 = 16

    private var last: (date: WallClockTime, start: Int64)?

    init() {}

    /// - Parameters:
    ///   - start: on the stream's timeline, in ticks.
    ///   - arrival: when the segment's first sample came.
    mutating func date(ofSegmentAt start: Int64, arrival: WallClockTime, isDiscontinuous: Bool) -> WallClockTime {
        var date = arrival
        if let last, !isDiscontinuous {
            let expected = last.date.advanced(byMilliseconds: (start - last.start) / MediaTime.ticksPerMillisecond)
            let error = arrival.milliseconds &- expected.milliseconds
            if (-Self.maximumError...Self.maximumError).contains(error) {
                date = expected.advanced(byMilliseconds: error / Self.damping)
            }
        }
        last = (date, start)
        return date
    }
}
