/// Gives a transport stream that is played again and again one continuous timeline: PCR, OPCR, PTS and DTS go on where the
/// last round ended, and so do the continuity counters.
///
/// A round's duration is measured while it is played, so that a file that changes in between stays continuous too. Left
/// as they are: timestamps in PES headers that span packets, ESCR, and times inside of SCTE-35 sections.
public struct LoopTimeline: Sendable {
    /// The two measures of a round's duration, by clock and by frames, may differ by this much: 90 kHz ticks, one second.
    /// When they differ more the clock's counts.
    static let maximumDisagreement = Int64(PESTimestamp.frequency)

    /// What is added to the timestamps of the current round, in 90 kHz ticks, below 2^33.
    public private(set) var offset: UInt64 = 0
    /// Rounds that ended.
    public private(set) var completedRounds: UInt64 = 0

    private var measurement = RoundMeasurement()
    private var continuity = ContinuityShift()

    public init() {}

    /// How long a round is, in 90 kHz ticks, as far as it was seen. Zero when it has neither clock nor frames.
    public var roundDuration: UInt64 { measurement.duration }

    /// Rewrites whole packets in place. What does not start with a sync byte is left alone.
    public mutating func rewrite(_ packets: UnsafeMutableRawBufferPointer) {
        guard let base = packets.baseAddress else { return }
        var start = 0
        while start + TSPacket.byteCount <= packets.count {
            rewritePacket(base + start)
            start += TSPacket.byteCount
        }
    }

    /// The last packet of the round was rewritten; the next one is the first again.
    public mutating func endRound() {
        offset = (offset &+ measurement.duration) & (PESTimestamp.period - 1)
        completedRounds &+= 1
        measurement = RoundMeasurement()
        continuity.restart()
    }

    private mutating func rewritePacket(_ bytes: UnsafeMutableRawPointer) {
        guard let packet = TSPacket(UnsafeRawBufferPointer(start: bytes, count: TSPacket.byteCount)),
            !packet.hasTransportError
        else { return }
        measurement.packetCount &+= 1
        let pid = packet.pid
        guard pid != TSPacket.nullPID else { return }
        if let clock = packet.clockReference {
            measurement.clockReceived(clock, pid: pid)
            if offset != 0 { rewriteClocks(bytes, clock, packet.originalClockOffset) }
        }
        if let header = PESHeader(packet) {
            let times = header.times(in: bytes)
            measurement.frameStarted(times.decoding, pid: pid, isVideo: header.isVideo)
            header.write((times.decoding.advanced(by: offset), times.presentation.advanced(by: offset)), to: bytes)
        }
        continuity.rewrite(bytes, packet, pid: pid)
    }

    private func rewriteClocks(_ bytes: UnsafeMutableRawPointer, _ clock: ClockReference, _ originalOffset: Int?) {
        clock.advanced(by: offset &* 300).write(to: bytes + TSPacket.clockOffset)
        guard let originalOffset else { return }
        ClockReference(reading: bytes + originalOffset).advanced(by: offset &* 300).write(to: bytes + originalOffset)
    }
}
