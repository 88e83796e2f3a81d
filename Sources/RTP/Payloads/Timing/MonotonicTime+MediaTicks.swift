import Media

extension MonotonicTime {
    /// From `earlier` to this moment in 90 kHz ticks, without the rest; negative when it is later.
    func mediaTicks(since earlier: MonotonicTime) -> Int64 {
        let (seconds, rest) = nanoseconds(since: earlier).quotientAndRemainder(dividingBy: 1_000_000_000)
        return seconds &* MediaTime.ticksPerSecond &+ rest * MediaTime.ticksPerSecond / 1_000_000_000
    }
}
