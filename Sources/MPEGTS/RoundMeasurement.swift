/// Measures how long one round of a file lasts, by its clock and by the frames of one stream.
struct RoundMeasurement: Sendable {
    var packetCount: UInt64 = 0

    /// One clock reading: its value and the number of packets up to it.
    private struct Reading: Sendable {
        var clock: ClockReference
        var packet: UInt64
    }

    private var clockPID: UInt16?
    private var firstClock: Reading?
    private var lastClock: Reading?
    /// 27 MHz ticks a packet in the first and in the last interval.
    private var firstRate: Double?
    private var lastRate: Double?

    private var framePID: UInt16?
    private var framesAreVideo = false
    private var firstFrame: PESTimestamp?
    private var lastFrame: PESTimestamp?
    /// Frames and ticks since the timestamps last jumped.
    private var steps: Int64 = 0
    private var stepTicks: Int64 = 0

    init() {}

    mutating func clockReceived(_ clock: ClockReference, pid: UInt16) {
        guard pid == clockPID ?? pid else { return }
        clockPID = pid
        let reading = Reading(clock: clock, packet: packetCount)
        if let last = lastClock {
            let step = clock.ticks(since: last.clock)
            let packets = packetCount &- last.packet
            if step > 0, step <= ClockTracker.maximumStep, packets > 0 {
                lastRate = Double(step) / Double(packets)
                firstRate = firstRate ?? lastRate
            }
        } else {
            firstClock = reading
        }
        lastClock = reading
    }

    /// A PES packet starts, with its decoding time or, without one, its presentation time.
    mutating func frameStarted(_ timestamp: PESTimestamp, pid: UInt16, isVideo: Bool) {
        if framePID == nil || isVideo && !framesAreVideo {
            framePID = pid
            framesAreVideo = isVideo
            firstFrame = timestamp
            steps = 0
            stepTicks = 0
        } else if pid == framePID, let lastFrame {
            let step = timestamp.ticks(since: lastFrame)
            if step > 0, step <= Int64(PESTimestamp.frequency) {
                steps += 1
                stepTicks += step
            } else {
                steps = 0
                stepTicks = 0
            }
        } else {
            return
        }
        lastFrame = timestamp
    }

    /// In 90 kHz ticks, below 2^33.
    var duration: UInt64 {
        guard let clockDuration else { return frameDuration ?? 0 }
        guard let frameDuration, let firstClock, let lastClock else { return clockDuration }
        let difference = PESTimestamp(ticks: frameDuration).ticks(since: PESTimestamp(ticks: clockDuration))
        let span = ClockReference(ticks: 0).advanced(by: modularTicks(from: firstClock.clock, to: lastClock.clock))
        let clockGoesOn = ClockReference(ticks: frameDuration &* 300).ticks(since: span) > 0
        return abs(difference) <= LoopTimeline.maximumDisagreement && clockGoesOn ? frameDuration : clockDuration
    }

    /// From the first PCR to the last, with the packets before and after them at the rate next to them.
    private var clockDuration: UInt64? {
        guard let firstClock, let lastClock, let firstRate, let lastRate else { return nil }
        let before = Double(firstClock.packet) * firstRate
        let after = Double(packetCount &- lastClock.packet) * lastRate
        let outside = min(before + after, Double(ClockReference.period / 2))
        let ticks = modularTicks(from: firstClock.clock, to: lastClock.clock) &+ UInt64(outside)
        return (ticks + 299) / 300 & (PESTimestamp.period - 1)
    }

    /// From the first frame to the end of the last, which lasts as long as the others on average.
    private var frameDuration: UInt64? {
        guard let firstFrame, let lastFrame, steps > 0 else { return nil }
        let average = UInt64((stepTicks + steps / 2) / steps)
        return (lastFrame.ticks &- firstFrame.ticks &+ average) & (PESTimestamp.period - 1)
    }

    private func modularTicks(from first: ClockReference, to last: ClockReference) -> UInt64 {
        (last.ticks + ClockReference.period - first.ticks) % ClockReference.period
    }
}
