import Media

/// Watches the PCRs of one PID for the faults that ETSI TR 101 290 §5.2.2 names.
///
/// How far two PCRs are apart is read from their values, which bursts do not change.
struct ClockWatch: Sendable {
    /// Indicator 2.3.a: 40 ms in ticks of 27 MHz.
    static let maximumInterval: Int64 = 40 * 27_000
    /// Indicator 2.3.b: 100 ms in ticks of 27 MHz, and in nanoseconds.
    static let maximumStep: Int64 = 100 * 27_000
    static let maximumStepNanoseconds: Int64 = 100_000_000
    /// While none comes at all, one error each time that this has passed, in nanoseconds.
    static let absence: Int64 = 500_000_000

    let pid: UInt16
    private var last: ClockReference?
    private var timer: RepetitionTimer
    private var accuracy = ClockAccuracy()

    init(pid: UInt16, at now: MonotonicTime) {
        self.pid = pid
        timer = RepetitionTimer(since: now)
    }

    /// Bits per second, while the rate is constant.
    var constantBitrate: Int64? { accuracy.bitrate }

    /// The clock is not expected to go on.
    mutating func restart(at now: MonotonicTime) {
        last = nil
        timer.restart(at: now)
        accuracy.restart()
    }

    /// Packets are missing: places in the stream before and after are not comparable.
    mutating func packetsLost() {
        accuracy.restart()
    }

    /// A PCR came in packet number `packet` of the stream, `nullPackets` after its beginning.
    mutating func clockReceived(
        _ clock: ClockReference,
        packet: UInt64,
        nullPackets: UInt64,
        isDiscontinuous: Bool,
        at now: MonotonicTime,
        _ faults: inout TSFaults
    ) {
        let waited = now.nanoseconds(since: timer.since)
        timer.restart(at: now)
        defer { last = clock }
        if let last, !isDiscontinuous {
            let step = clock.ticks(since: last)
            if step < 0 || step > Self.maximumStep {
                faults.pcrDiscontinuityErrors &+= 1
                // A jump is no long interval, unless as much time went by.
                if step > 0, waited > Self.maximumStepNanoseconds { faults.pcrRepetitionErrors &+= 1 }
                accuracy.restart()
            } else if step > Self.maximumInterval {
                faults.pcrRepetitionErrors &+= 1
            }
        } else {
            accuracy.restart()
        }
        if accuracy.clockReceived(clock, packet: packet, nullPackets: nullPackets) == .inaccurate {
            faults.pcrAccuracyErrors &+= 1
        }
    }

    mutating func look(at now: MonotonicTime, _ faults: inout TSFaults) {
        if timer.isOverdue(at: now, after: Self.absence) { faults.pcrRepetitionErrors &+= 1 }
    }
}
