import Media

/// Gives each picture of a stream its times: those of the PES packet in which it begins, or of the picture before plus
/// a frame's duration when the packet has none or several pictures.
struct VideoClock: Sendable {
    private var presentation: PESTimestamp?
    private var decoding: PESTimestamp?
    private var last: (presentation: PESTimestamp, decoding: PESTimestamp)?
    /// From one picture to the next, in 90 kHz ticks, as last seen.
    private var step: UInt64?
    /// Pictures since the last one that had times of its own.
    private var pictures: Int64 = 0
    private var lastGiven: PESTimestamp?

    init() {}

    /// A PES packet begins.
    mutating func timesReceived(presentation: PESTimestamp?, decoding: PESTimestamp?) {
        self.presentation = presentation
        self.decoding = decoding ?? presentation
    }

    /// The times of the PES packet are not needed: the second field of a pair came.
    mutating func dropTimes() {
        presentation = nil
        decoding = nil
    }

    /// The times of the picture that begins; nil for pictures before the first time.
    ///
    /// - Parameter frameDuration: what the parameter sets say, in 90 kHz ticks.
    mutating func takeTimes(frameDuration: UInt64?) -> (presentation: PESTimestamp, decoding: PESTimestamp)? {
        defer { dropTimes() }
        pictures += 1
        if let presentation, let decoding {
            if let lastGiven {
                let passed = decoding.ticks(since: lastGiven) / pictures
                if passed > 0, passed <= MediaTime.ticksPerSecond { step = UInt64(passed) }
            }
            lastGiven = decoding
            pictures = 0
            last = (presentation, decoding)
        } else if let last {
            let step = step ?? frameDuration ?? UInt64(SampleTimeline.assumedDuration)
            self.last = (last.presentation.advanced(by: step), last.decoding.advanced(by: step))
        }
        return last
    }
}
