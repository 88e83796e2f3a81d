import Media

/// Watches that what must come again and again does: tables, streams, PTS and clocks, ETSI TR 101 290 §5.2.1 and §5.2.2.
///
/// Time counts only while packets arrive: after a pause, and when another stream begins, every wait begins anew, so
/// that a leg which was silent or away has no errors for that time.
struct StreamMonitor: Sendable {
    /// Indicators 1.3.a and 1.5.a; all limits are in nanoseconds.
    static let tableInterval: Int64 = 500_000_000
    /// Indicator 1.6 leaves this to the user.
    static let streamInterval: Int64 = 5_000_000_000
    /// Indicator 2.5.
    static let presentationInterval: Int64 = 700_000_000
    /// Indicator 2.6 names none; the CAT is held to what is asked of PAT and PMT.
    static let conditionalAccessInterval: Int64 = 500_000_000
    /// No packet for longer than this is a pause.
    static let pause: Int64 = 250_000_000
    /// From one look at what is overdue to the next.
    static let lookInterval: Int64 = 20_000_000

    /// A PID that the tables name and that must bring packets.
    struct Stream: Sendable {
        let pid: UInt16
        /// Of that PID, when it was last looked at.
        var packets: UInt64
        var timer: RepetitionTimer
    }

    var faults = TSFaults()
    /// Bits of `transport_scrambling_control` of the packets since the last look, where they are in a header.
    var scrambling: UInt32 = 0
    private(set) var streams: [Stream] = []
    private var clocks: [ClockWatch] = []
    private var maps: [(pid: UInt16, timer: RepetitionTimer)] = []
    private var association = RepetitionTimer(since: .zero)
    private var conditionalAccess = RepetitionTimer(since: .zero)
    /// When packets came last; nil before the first ones and after `restart`.
    private var lastArrival: MonotonicTime?
    private var nextLook = MonotonicTime.zero

    init() {}

    /// The rate of the stream while that is constant: then, and only then, the accuracy of its PCRs is judged.
    var constantBitrate: Int64? { clocks.first?.constantBitrate }

    // MARK: Time

    /// Packets come; true when all waits begin anew with them.
    mutating func packetsCame(at now: MonotonicTime) -> Bool {
        defer { lastArrival = now }
        guard let lastArrival, now.nanoseconds(since: lastArrival) <= Self.pause else {
            begin(at: now)
            return true
        }
        return false
    }

    /// Another stream begins with the next packets.
    mutating func restart() {
        lastArrival = nil
    }

    private mutating func begin(at now: MonotonicTime) {
        association.restart(at: now)
        conditionalAccess.restart(at: now)
        scrambling = 0
        for index in maps.indices { maps[index].timer.restart(at: now) }
        for index in streams.indices { streams[index].timer.restart(at: now) }
        for index in clocks.indices { clocks[index].restart(at: now) }
        nextLook = MonotonicTime(nanoseconds: now.nanoseconds &+ Self.lookInterval)
    }

    /// Whether it is time to look at what is overdue.
    mutating func isLookDue(at now: MonotonicTime) -> Bool {
        guard now >= nextLook else { return false }
        nextLook = MonotonicTime(nanoseconds: now.nanoseconds &+ Self.lookInterval)
        return true
    }

    // MARK: What came

    /// Programs changed; what is named still keeps its wait.
    mutating func programsChanged(_ programs: [TSProgram], at now: MonotonicTime) {
        var (mapPIDs, clockPIDs, streamPIDs): (Set<UInt16>, Set<UInt16>, Set<UInt16>) = ([], [], [])
        for program in programs {
            mapPIDs.insert(program.mapPID)
            if let pid = program.pcrPID { clockPIDs.insert(pid) }
            for stream in program.streams where Self.isTimed(stream.codec.kind) { streamPIDs.insert(stream.pid) }
        }
        streamPIDs.formUnion(clockPIDs)
        maps.removeAll { !mapPIDs.contains($0.pid) }
        for pid in mapPIDs.subtracting(maps.map(\.pid)) { maps.append((pid, RepetitionTimer(since: now))) }
        // The first one is that of the first program that has one.
        let first = programs.lazy.compactMap(\.pcrPID).first
        var kept = clocks.filter { clockPIDs.contains($0.pid) }
        for pid in clockPIDs.subtracting(kept.map(\.pid)) { kept.append(ClockWatch(pid: pid, at: now)) }
        clocks = kept.filter { $0.pid == first } + kept.filter { $0.pid != first }
        streams.removeAll { !streamPIDs.contains($0.pid) }
        for pid in streamPIDs.subtracting(streams.map(\.pid)) {
            streams.append(Stream(pid: pid, packets: 0, timer: RepetitionTimer(since: now)))
        }
    }

    /// Whether streams of this kind come, with PTS, all the time.
    private static func isTimed(_ kind: StreamCodec.Kind) -> Bool { kind == .video || kind == .audio }

    /// A section of the table that belongs on this PID: the PAT on 0, a PMT elsewhere.
    mutating func tableCame(pid: UInt16, at now: MonotonicTime) {
        if pid == 0 {
            if association.came(at: now, within: Self.tableInterval) { faults.patErrors &+= 1 }
        } else if let index = maps.firstIndex(where: { $0.pid == pid }),
            maps[index].timer.came(at: now, within: Self.tableInterval)
        {
            faults.pmtErrors &+= 1
        }
    }

    /// A packet of a table's PID that is scrambled, or a section on PID 0 that is not of the PAT.
    mutating func tableBroke(pid: UInt16) {
        if pid == 0 { faults.patErrors &+= 1 } else { faults.pmtErrors &+= 1 }
    }

    mutating func conditionalAccessCame(at now: MonotonicTime) {
        conditionalAccess.restart(at: now)
        scrambling = 0
    }

    mutating func clockReceived(
        _ clock: ClockReference,
        pid: UInt16,
        packet: UInt64,
        nullPackets: UInt64,
        isDiscontinuous: Bool,
        at now: MonotonicTime
    ) {
        guard let index = clocks.firstIndex(where: { $0.pid == pid }) else { return }
        clocks[index].clockReceived(
            clock,
            packet: packet,
            nullPackets: nullPackets,
            isDiscontinuous: isDiscontinuous,
            at: now,
            &faults
        )
    }

    /// Packets are missing.
    mutating func packetsLost() {
        for index in clocks.indices { clocks[index].packetsLost() }
    }

    // MARK: What is overdue

    /// Looks at the tables and clocks.
    mutating func look(at now: MonotonicTime) {
        if association.isOverdue(at: now, after: Self.tableInterval) { faults.patErrors &+= 1 }
        for index in maps.indices where maps[index].timer.isOverdue(at: now, after: Self.tableInterval) {
            faults.pmtErrors &+= 1
        }
        for index in clocks.indices { clocks[index].look(at: now, &faults) }
        if scrambling & 0xC0 == 0 {
            conditionalAccess.restart(at: now)
        } else if conditionalAccess.isOverdue(at: now, after: Self.conditionalAccessInterval) {
            faults.catErrors &+= 1
            scrambling = 0
        }
    }

    /// Looks whether the stream at `index` brought packets since the last look, of which it has brought `packets` in all.
    mutating func look(atStream index: Int, packets: UInt64, at now: MonotonicTime) {
        if streams[index].packets != packets {
            streams[index].packets = packets
            streams[index].timer.restart(at: now)
        } else if streams[index].timer.isOverdue(at: now, after: Self.streamInterval) {
            faults.pidErrors &+= 1
        }
    }
}
