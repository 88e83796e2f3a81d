import Media

/// Tells the times of the frames of AAC that came under one timestamp.
struct AudioFrameClock: Hashable, Sendable {
    /// Samples of a frame times ticks a second, and samples a second.
    private let ticks: Int64
    private let samplingFrequency: Int64

    init(_ configuration: AudioSpecificConfig, clockRate: RTPClockRate) {
        ticks = Int64(configuration.frameLength) * Int64(clockRate.hertz)
        samplingFrequency = Int64(configuration.samplingFrequency)
    }

    /// From the first frame to that one, in ticks of the payload type's clock, rounded to the nearest.
    func offset(ofFrame index: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: (Int64(index) &* ticks &+ samplingFrequency / 2) / samplingFrequency)
    }
}
