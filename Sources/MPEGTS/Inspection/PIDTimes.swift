import Media

/// The time stamps of the PES packets of one PID, in ticks of 90 kHz.
struct PIDTimes {
    static let unknown = UInt64.max

    var decoding = Self.unknown
    /// The latest, which with B-frames is not the last.
    var presentation = Self.unknown
    /// From the decode time of the last but one to that of the last; 0 when not known.
    var interval: Int64 = 0
    /// When the last one began to arrive.
    var arrival = MonotonicTime.zero
    /// For the next PTS, where one must come.
    var timer = RepetitionTimer(since: .zero)

    mutating func began(decoding: PESTimestamp, presentation: PESTimestamp, at now: MonotonicTime) {
        let advance = decoding.ticks(since: PESTimestamp(ticks: self.decoding))
        if self.decoding != Self.unknown, advance > 0, advance < PESTimestamp.maximumReordering {
            interval = advance
        }
        self.decoding = decoding.ticks
        arrival = now
        let step = presentation.ticks(since: PESTimestamp(ticks: self.presentation))
        if self.presentation == Self.unknown || step > 0 || step < -PESTimestamp.maximumReordering {
            self.presentation = presentation.ticks
        }
    }
}
