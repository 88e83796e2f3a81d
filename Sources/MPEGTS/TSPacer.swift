/// Decides when each group of packets of a file is due, by the PCRs in it.
///
/// Packets between two PCRs are spread evenly; where the clock jumps, or there is none, the last known rate goes on. It is
/// fed ahead of time (a packet's time is known when the next PCR is), keeps no bytes, and knows no clock: times count from
/// the first packet.
public struct TSPacer: Sendable {
    /// Packets that are sent together: as many as fit a datagram.
    public static let packetsPerGroup = 7
    /// The rate of a stream that has no clock, bits per second.
    public static let defaultBitrate: Int64 = 4_000_000
    /// After this many packets without a PCR they are sent at the last known rate. About 1 MiB.
    public static let maximumLookahead = 5_600
    /// Two PCRs farther apart than this are a jump. 27 MHz ticks: one second.
    static let maximumStep = ClockTracker.maximumStep

    /// PCRs that would need more than this many bits per second are a jump, so that no file makes the sender spin.
    public static let maximumBitrate: Int64 = 1_000_000_000
    /// 27 MHz ticks that a packet takes at `maximumBitrate`.
    static let minimumTicksPerPacket =
        Int64(TSPacket.byteCount * 8) * Int64(ClockReference.frequency) / maximumBitrate

    public struct Group: Hashable, Sendable {
        /// At most `packetsPerGroup`; fewer only before `flush()`.
        public var packetCount: Int
        /// When its first packet is due, counted from the stream's first packet.
        public var dueNanoseconds: Int64
    }

    /// Packets whose times are known.
    private struct Span: Sendable {
        var packetCount: Int
        /// Packets of it that were taken.
        var taken = 0
        /// 27 MHz ticks since the first packet.
        var start: Int64
        var duration: Int64

        func due(_ index: Int) -> Int64 { start + duration * Int64(index) / Int64(packetCount) }
    }

    private var spans: [Span] = []
    private var firstSpan = 0
    private var readyPackets = 0
    private var isFlushed = false

    private var tables = ProgramTables()
    private var clockPID: UInt16?
    private var lastClock: ClockReference?
    /// Packets since the last span.
    private var pendingPackets = 0
    /// 27 MHz ticks since the first packet up to the pending packets.
    private var elapsed: Int64 = 0
    /// Ticks that packets after the last PCR were already given.
    private var givenSinceClock: Int64 = 0
    /// The packets that they were given to.
    private var givenPackets = 0
    private var ticksPerPacket: Double
    private var rateIsMeasured = false

    /// - Parameter bitrate: for packets before the rate is known, bits per second.
    public init(bitrate: Int64 = defaultBitrate) {
        let bits = Double(TSPacket.byteCount * 8)
        ticksPerPacket = bits * Double(ClockReference.frequency) / Double(min(max(bitrate, 1), Self.maximumBitrate))
    }

    /// Looks at the next whole packets.
    public mutating func scan(_ packets: UnsafeRawBufferPointer) {
        isFlushed = false
        var rest = packets
        while rest.count >= TSPacket.byteCount {
            if let packet = TSPacket(rest), !packet.hasTransportError { scanPacket(packet) }
            pendingPackets += 1
            if pendingPackets >= Self.maximumLookahead { giveRateToPending() }
            rest = UnsafeRawBufferPointer(rebasing: rest[TSPacket.byteCount...])
        }
    }

    /// Nothing follows for now: all packets are given their times, and the last group may be short.
    public mutating func flush() {
        giveRateToPending()
        isFlushed = true
    }

    /// The next group and its time, or nil when more packets must be scanned first.
    public var nextGroup: Group? {
        guard readyPackets >= Self.packetsPerGroup || isFlushed && readyPackets > 0 else { return nil }
        let span = spans[firstSpan]
        return Group(
            packetCount: min(readyPackets, Self.packetsPerGroup),
            dueNanoseconds: span.due(span.taken) &* 1000 / 27
        )
    }

    /// Takes the group that `nextGroup` shows.
    public mutating func takeGroup() -> Group? {
        guard let group = nextGroup else { return nil }
        var missing = group.packetCount
        readyPackets -= missing
        while missing > 0 {
            let count = min(missing, spans[firstSpan].packetCount - spans[firstSpan].taken)
            spans[firstSpan].taken += count
            missing -= count
            if spans[firstSpan].taken == spans[firstSpan].packetCount { firstSpan += 1 }
        }
        if firstSpan == spans.count || firstSpan >= 1024 {
            spans.removeFirst(firstSpan)
            firstSpan = 0
        }
        return group
    }

    private mutating func scanPacket(_ packet: TSPacket) {
        let pid = packet.pid
        if tables.isTable(pid), tables.consume(packet), let announced = tables.pcrPID, announced != clockPID {
            clockPID = announced
            if lastClock != nil { giveRateToPending() }
            lastClock = nil
        }
        guard let clock = packet.clockReference, pid == clockPID ?? pid else { return }
        clockPID = pid
        clockReceived(clock, isDiscontinuous: packet.isDiscontinuous)
    }

    /// The pending packets end here: the one with the PCR begins the next span.
    private mutating func clockReceived(_ clock: ClockReference, isDiscontinuous: Bool) {
        guard let last = lastClock else {
            // What comes before the first PCR belongs to no interval: it goes out at once, or at the rate known.
            if rateIsMeasured { giveRateToPending() } else { give(0) }
            restartInterval(clock)
            return
        }
        let step = clock.ticks(since: last)
        let packets = pendingPackets + givenPackets
        if step >= Self.minimumTicksPerPacket * Int64(packets), step <= Self.maximumStep, !isDiscontinuous {
            let duration = max(0, step - givenSinceClock)
            if givenPackets == 0, pendingPackets > 0 {
                ticksPerPacket = Double(step) / Double(pendingPackets)
                rateIsMeasured = true
            }
            if pendingPackets > 0 { give(duration) } else { elapsed += duration }
        } else {
            giveRateToPending()
        }
        restartInterval(clock)
    }

    private mutating func restartInterval(_ clock: ClockReference) {
        lastClock = clock
        givenSinceClock = 0
        givenPackets = 0
    }

    private mutating func giveRateToPending() {
        let ticks = Int64(Double(pendingPackets) * ticksPerPacket)
        givenSinceClock += ticks
        givenPackets += pendingPackets
        give(ticks)
    }

    private mutating func give(_ duration: Int64) {
        guard pendingPackets > 0 else { return }
        spans.append(Span(packetCount: pendingPackets, start: elapsed, duration: duration))
        readyPackets += pendingPackets
        elapsed += duration
        pendingPackets = 0
    }
}
