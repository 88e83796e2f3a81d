import Media

extension TSRewriter {
    /// From one past clock to the next: 100 µs of 27 MHz.
    private static let leastClockStep: Int64 = 2_700
    /// The clock of a source may be so far from where the former one's goes on: 150 ms of 27 MHz.
    private static let clockTolerance = Int64(ClockReference.frequency) * 15 / 100

    /// How the past of a clock is moved, by the distance from its present.
    struct PastClock: Hashable, Sendable {
        var present: ClockReference
        /// Ticks of 27 MHz.
        var span: SqueezedSpan
    }

    /// What is added to the present stream's clock, in ticks of 27 MHz.
    var clockOffset: Int64 { timeOffset * 300 + clockShift }

    /// The clock of the stream that takes over goes on from the former one's: as far before its pictures as it was at the
    /// source, if that fits; as far as it went out last, from a source like it; else as far as the former one's.
    ///
    /// - Parameters:
    ///   - present: the last that the stream had.
    ///   - step: by how much the stream's times go on, in ticks of 90 kHz; `timeOffset` is that of the stream already.
    mutating func takeOver(_ present: ClockReference, after step: Int64, _ past: SourcePast) -> PastClock {
        var begin = Int64.min
        let shift = clockShift
        clockShift = 0
        if let clock {
            let due = step * 300
            let natural = present.advanced(bySigned: clockOffset).ticks(since: clock)
            let fitting = [natural, natural + shift].first { abs($0 - due) <= Self.clockTolerance } ?? due
            // It never goes back.
            let place = max(fitting, Int64(past.clocks) * Self.leastClockStep)
            clockShift = place - natural
            begin = Self.leastClockStep - place
        }
        let from = past.clock?.ticks(since: present) ?? 0
        return PastClock(present: present, span: SqueezedSpan(from: from, to: 0, begin: begin))
    }
}
