public import Media

/// Counts the packets of one source for receiver reports, RFC 3550 §6.4.1 and appendices A.1, A.3 and A.8. It sees packets
/// as they arrive, before they are put in order.
public struct RTCPReceptionStatistics: Sendable {
    /// Nil before the first packet.
    public private(set) var ssrc: UInt32?

    private let clockRate: RTPClockRate
    private var baseSequence: UInt32 = 0
    /// The highest number, with how often the numbers wrapped in the upper half.
    private var highest: UInt32 = 0
    private var received: UInt32 = 0
    /// The number that would show that the sender restarted.
    private var restartSequence: UInt16?
    /// As of the last report.
    private var expectedBefore: UInt32 = 0
    private var receivedBefore: UInt32 = 0

    private var lastTransit: UInt32?
    /// Sixteen times the jitter.
    private var scaledJitter: Int64 = 0
    private var lastReport: (time: UInt32, arrival: MonotonicTime)?

    public init(clockRate: RTPClockRate) {
        self.clockRate = clockRate
    }

    /// A packet of the track arrived. Another SSRC starts the count anew.
    public mutating func packetReceived(_ header: RTPHeader, at arrival: MonotonicTime) {
        if header.ssrc != ssrc { begin(header) }
        guard count(header.sequenceNumber) else { return }
        measureJitter(header.timestamp, at: arrival)
    }

    /// A report of the source came.
    public mutating func reportReceived(_ info: RTCPSenderInfo, at arrival: MonotonicTime) {
        lastReport = (info.time.middle, arrival)
    }

    /// What to report; it counts as reported then. Nil before the first packet.
    public mutating func makeReport(at now: MonotonicTime) -> RTCPReportBlock? {
        guard let ssrc else { return nil }
        let expected = highest &- baseSequence &+ 1
        let expectedNow = expected &- expectedBefore
        let lostNow = Int64(expectedNow) - Int64(received &- receivedBefore)
        expectedBefore = expected
        receivedBefore = received
        let limits = RTCPReportBlock.lossLimits
        let lost = min(
            max(Int64(Int32(bitPattern: expected &- received)), Int64(limits.lowerBound)),
            Int64(limits.upperBound)
        )
        var block = RTCPReportBlock(
            ssrc: ssrc,
            fractionLost: lostNow > 0 ? UInt8(truncatingIfNeeded: min(lostNow << 8 / Int64(expectedNow), 255)) : 0,
            cumulativeLost: Int32(lost),
            highestSequence: highest,
            jitter: UInt32(truncatingIfNeeded: min(scaledJitter >> 4, Int64(UInt32.max)))
        )
        if let lastReport {
            block.lastSenderReport = lastReport.time
            block.delaySinceSenderReport = Self.delay(from: lastReport.arrival, to: now)
        }
        return block
    }

    private mutating func begin(_ header: RTPHeader) {
        self = RTCPReceptionStatistics(clockRate: clockRate)
        ssrc = header.ssrc
        start(at: header.sequenceNumber)
    }

    private mutating func start(at sequence: UInt16) {
        baseSequence = UInt32(sequence)
        highest = baseSequence &- 1
        received = 0
        expectedBefore = 0
        receivedBefore = 0
        restartSequence = nil
    }

    /// Appendix A.1; false for a packet that does not count.
    private mutating func count(_ sequence: UInt16) -> Bool {
        let ahead = sequence &- UInt16(truncatingIfNeeded: highest)
        if ahead < RTPReceiver.maximumDropout {
            highest &+= UInt32(ahead)
        } else if 0 &- ahead > RTPReceiver.maximumMisorder {
            guard sequence == restartSequence else {
                restartSequence = sequence &+ 1
                return false
            }
            start(at: sequence)
            highest = UInt32(sequence)
        }
        restartSequence = nil
        received &+= 1
        return true
    }

    /// Appendix A.8.
    private mutating func measureJitter(_ timestamp: UInt32, at arrival: MonotonicTime) {
        let (seconds, rest) = arrival.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let rate = Int64(clockRate.hertz)
        let ticks = seconds &* rate &+ rest * rate / 1_000_000_000
        let transit = UInt32(truncatingIfNeeded: ticks) &- timestamp
        if let lastTransit {
            let difference = abs(Int64(Int32(bitPattern: transit &- lastTransit)))
            scaledJitter += difference - (scaledJitter + 8) >> 4
        }
        lastTransit = transit
    }

    /// In 1/65,536 seconds.
    private static func delay(from earlier: MonotonicTime, to now: MonotonicTime) -> UInt32 {
        let nanoseconds = max(now.nanoseconds(since: earlier), 0)
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return UInt32(truncatingIfNeeded: min(seconds << 16 + rest << 16 / 1_000_000_000, Int64(UInt32.max)))
    }
}
