import Media

/// Where the source that left ends, and what goes on from there without a seam.
struct SourceEnd: Sendable {
    /// A source may be so far behind the former one; one that is farther behind has begun anew: 1 s of 27 MHz.
    static let maximumLag = Int64(ClockReference.frequency)
    /// A source that was interrupted goes on with its own timeline when its clock went on by as much as time passed, give
    /// or take 2 s of 27 MHz.
    static let resumptionTolerance = 2 * Int64(ClockReference.frequency)

    var source: Int
    /// Nil when its packets did not go out as they came: the rewriter knows then.
    var position: TSPosition?
    /// Its last packets with a clock, newest first, and how many packets came after the newest.
    var marks: [ClockMark]
    var packetsSinceMark: Int
    /// When its last picture began to arrive.
    var arrival: MonotonicTime

    enum Resumption {
        /// Of the recent packets the one here is the one after the last that went out.
        case at(Int)
        /// It is to come.
        case later
        case none
    }

    /// Where a source with the same packets as the former one goes on.
    func resumption(_ inspector: TSInspector, _ recent: RecentPackets) -> Resumption {
        guard let last = marks.first, inspector.shares(clockWith: marks) else { return .none }
        let packets = recent.all
        let position: Int? = packets.withUnsafeBytes { bytes in
            var offset = 0
            while offset + TSPacket.byteCount <= bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
                if let packet = TSPacket(rest), packet.clockReference == last.clock,
                    ClockMark.digest(of: packet.base) == last.digest
                {
                    return offset
                }
                offset += TSPacket.byteCount
            }
            return nil
        }
        guard let position else {
            guard let clock = inspector.lastClockMark?.clock else { return .none }
            let lag = last.clock.ticks(since: clock)
            return lag > 0 && lag <= Self.maximumLag ? .later : .none
        }
        let offset = packets.startIndex + position + (packetsSinceMark + 1) * TSPacket.byteCount
        return offset <= packets.endIndex ? .at(offset) : .later
    }

    /// Whether the source, which was interrupted, is the same stream still.
    ///
    /// - Parameter passed: in ticks of 27 MHz, since its last packets.
    func goesOn(_ inspector: TSInspector, after passed: Int64) -> Bool {
        guard let last = marks.first?.clock, let clock = inspector.lastClockMark?.clock else { return false }
        return abs(clock.ticks(since: last) - passed) <= Self.resumptionTolerance
    }
}
