import Media

extension TSRewriter {
    /// The clock of a source may be so far from where the former one's goes on: 150 ms of 27 MHz.
    private static let clockTolerance = Int64(ClockReference.frequency) * 15 / 100
    /// A clock that is farther back than this is another timeline: 1 s of 27 MHz.
    private static let maximumHold = Int64(ClockReference.frequency)

    /// What is added to the present stream's clock, in ticks of 27 MHz.
    private var clockOffset: Int64 { timeOffset * 300 + clockShift }

    /// The clock of the stream that takes over goes on from the former one's: as far before its pictures as it was at the
    /// source, if that fits; as far as it went out last, from a source like it; else as far as the former one's.
    ///
    /// - Parameters:
    ///   - present: the last that the stream had, if it had any.
    ///   - step: by how much the stream's times go on, in ticks of 90 kHz; `timeOffset` is that of the stream already.
    mutating func takeOver(_ present: ClockReference?, after step: Int64) {
        let shift = clockShift
        clockShift = 0
        clockFloor = nil
        guard let present, let clock else { return }
        let due = step * 300
        let natural = present.advanced(bySigned: clockOffset).ticks(since: clock)
        let fitting = [natural, natural + shift].first { abs($0 - due) <= Self.clockTolerance } ?? due
        clockShift = fitting - natural
        clockFloor = clock
    }

    /// Moves the clock of a packet, or takes it out: one that would go back is of the past, and the packet without it goes
    /// out with those around it.
    mutating func rewriteClocks(_ out: UnsafeMutableRawPointer, _ packet: TSPacket, isPast: Bool) {
        guard let reference = packet.clockReference else { return }
        if let field = packet.originalClockOffset {
            ClockReference(reading: out + field).advanced(bySigned: clockOffset).write(to: out + field)
        }
        let moved = reference.advanced(bySigned: clockOffset)
        if let clockPID = tables.programs.lazy.compactMap(\.pcrPID).first, clockPID == pid(of: packet.pid) {
            if let floor = clockFloor {
                let ahead = moved.ticks(since: floor)
                if ahead <= 0, isPast || ahead > -Self.maximumHold { return removeClock(out, packet) }
                clockFloor = nil
            }
            clock = moved
        }
        moved.write(to: out + TSPacket.clockOffset)
    }

    /// ISO/IEC 13818-1 §2.4.3.4: what follows in the adaptation field moves up, and stuffing takes the room.
    private func removeClock(_ out: UnsafeMutableRawPointer, _ packet: TSPacket) {
        let start = TSPacket.clockOffset
        let end = 5 + Int(packet.byte(4))
        let rest = end - start - ClockReference.byteCount
        guard rest >= 0, end <= TSPacket.byteCount else { return }
        out.storeBytes(of: packet.byte(5) & ~0x10, toByteOffset: 5, as: UInt8.self)
        (out + start).copyMemory(from: out + start + ClockReference.byteCount, byteCount: rest)
        (out + start + rest).initializeMemory(as: UInt8.self, repeating: 0xFF, count: ClockReference.byteCount)
    }
}
