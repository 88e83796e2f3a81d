import Media

/// The storage of a `TSInspector` and the loop over its packets.
///
/// The tables are plain memory, so that the loop neither retains nor checks for exclusive access.
final class InspectorCore {
    /// By PID, the index of its state; 0 for a PID not seen.
    let indices: UnsafeMutablePointer<UInt16>
    /// At 0 the PIDs beyond the limit together; at 1 the null packets; then in the order in which PIDs came.
    let states: UnsafeMutablePointer<PIDState>
    /// In the same order.
    let times: UnsafeMutablePointer<PIDTimes>
    private static let overflowIndex = 0
    static let nullIndex = 1
    static let capacity = TSInspector.maximumPIDs + 2
    private(set) var stateCount = 2

    private(set) var packets: UInt64 = 0
    private(set) var continuityErrors: UInt64 = 0
    private var duplicates: UInt64 = 0
    private var transportErrors: UInt64 = 0
    var tables = ProgramTables()
    var information = InformationTables()
    var monitor = StreamMonitor()
    private var clock = ClockTracker()
    private var clockPID: UInt16?
    private var aligner = TSAligner()
    private(set) var marks = ClockMarks()
    /// PES packets of video streams that began, and those whose decode time was not that of the one before.
    private(set) var pictures: UInt64 = 0
    private(set) var timeSteps: UInt64 = 0
    var sawVideoRandomAccess = false
    /// When what is being inspected arrived.
    var now = MonotonicTime.zero

    init() {
        indices = .allocate(capacity: TSPacket.pidCount)
        indices.initialize(repeating: 0, count: TSPacket.pidCount)
        states = .allocate(capacity: Self.capacity)
        states.initialize(repeating: PIDState(pid: TSPacket.nullPID, role: .unchecked), count: Self.capacity)
        times = .allocate(capacity: Self.capacity)
        times.initialize(repeating: PIDTimes(), count: Self.capacity)
        indices[Int(TSPacket.nullPID)] = UInt16(Self.nullIndex)
    }

    init(copying other: InspectorCore) {
        indices = .allocate(capacity: TSPacket.pidCount)
        indices.initialize(from: other.indices, count: TSPacket.pidCount)
        states = .allocate(capacity: Self.capacity)
        states.initialize(from: other.states, count: Self.capacity)
        times = .allocate(capacity: Self.capacity)
        times.initialize(from: other.times, count: Self.capacity)
        stateCount = other.stateCount
        packets = other.packets
        continuityErrors = other.continuityErrors
        duplicates = other.duplicates
        transportErrors = other.transportErrors
        tables = other.tables
        information = other.information
        monitor = other.monitor
        clock = other.clock
        clockPID = other.clockPID
        aligner = other.aligner
        marks = other.marks
        pictures = other.pictures
        timeSteps = other.timeSteps
        sawVideoRandomAccess = other.sawVideoRandomAccess
    }

    deinit {
        indices.deallocate()
        states.deallocate()
        times.deallocate()
    }

    func inspect(_ payload: UnsafeRawBufferPointer) {
        var rest = payload
        if !aligner.hasPartialPacket {
            let inspected = inspectPackets(payload)
            if inspected > 0 { aligner.foundPackets() }
            if inspected == payload.count { return }
            rest = UnsafeRawBufferPointer(rebasing: payload[inspected...])
        }
        let discarded = aligner.discardedBytes
        aligner.append(rest) { _ = inspectPackets($0) }
        if aligner.discardedBytes != discarded { monitor.packetsLost() }
    }

    /// Looks at the whole packets at the start of `bytes` up to the first without a sync byte; returns their length.
    private func inspectPackets(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        let end = base + bytes.count
        let indices = indices
        let states = states
        let before = packets
        var count: UInt64 = 0
        var scrambling: UInt32 = 0
        var packet = base
        while end - packet >= TSPacket.byteCount {
            let header = UInt32(bigEndian: packet.loadUnaligned(as: UInt32.self))
            guard header >> 24 == 0x47 else { break }
            defer { packet += TSPacket.byteCount }
            count &+= 1
            if header & 0x80_0000 != 0 {
                // Nothing else in the packet can be trusted, its PID included.
                transportErrors &+= 1
                continue
            }
            scrambling |= header
            let pid = Int(header >> 8 & 0x1FFF)
            var index = Int(indices[pid])
            if index == 0 { index = register(UInt16(pid)) }
            let state = states + index
            state.pointee.packets &+= 1
            var role = state.pointee.role
            if role.contains(.unchecked) { continue }

            var flags: UInt8 = 0
            if header & 0x20 != 0, packet.load(fromByteOffset: 4, as: UInt8.self) > 0 {
                flags = packet.load(fromByteOffset: 5, as: UInt8.self)
            }
            var isRepetition = false
            if header & 0x10 != 0 {
                let continuity = UInt8(truncatingIfNeeded: header & 0xF)
                if continuity == (state.pointee.lastContinuity &+ 1) & 0xF,
                    state.pointee.lastContinuity != PIDState.unknownContinuity
                {
                    if role.contains(.repeated) {
                        role.remove(.repeated)
                        state.pointee.role = role
                    }
                } else {
                    isRepetition = continuityBroke(state, continuity: continuity, isAnnounced: flags & 0x80 != 0)
                }
                state.pointee.lastContinuity = continuity
            }
            if header & 0x40_0010 == 0x40_0010, !role.contains(.table), !isRepetition {
                unitBegan(TSPacket(unchecked: packet), index: index, isVideo: role.contains(.video))
            }
            if role.intersection(.sections).rawValue | flags & 0x50 == 0 { continue }
            if !role.isDisjoint(with: .sections), !isRepetition { sectionsCame(TSPacket(unchecked: packet), role) }
            if flags & 0x50 != 0 {
                if flags & 0x10 != 0, role.contains(.clock), !isRepetition,
                    let reference = TSPacket(unchecked: packet).clockReference
                {
                    clockReceived(reference, packet, number: before &+ count, isDiscontinuous: flags & 0x80 != 0)
                }
                if flags & 0x40 != 0, role.contains(.video), header & 0x40_0000 != 0 { sawVideoRandomAccess = true }
            }
        }
        packets = before &+ count
        monitor.scrambling |= scrambling
        return packet - base
    }

    private func clockReceived(
        _ reference: ClockReference,
        _ packet: UnsafeRawPointer,
        number: UInt64,
        isDiscontinuous: Bool
    ) {
        let pid = TSPacket(unchecked: packet).pid
        monitor.clockReceived(
            reference,
            pid: pid,
            packet: number,
            nullPackets: nullPackets,
            isDiscontinuous: isDiscontinuous,
            at: now
        )
        guard pid == clockPID else { return }
        clock.clockReceived(reference, packet: number, isDiscontinuous: isDiscontinuous)
        marks.append(ClockMark(clock: reference, digest: ClockMark.digest(of: packet), packet: number))
    }

    private func unitBegan(_ packet: TSPacket, index: Int, isVideo: Bool) {
        guard index > Self.nullIndex else { return }
        guard let header = PESHeader(packet) else { return unitHidTimes(packet, index: index) }
        let (decoding, presentation) = header.times(in: packet.base)
        if isVideo { pictures &+= 1 }
        if times[index].decoding != decoding.ticks { timeSteps &+= 1 }
        times[index].began(decoding: decoding, presentation: presentation, at: now)
        presentationTimeCame(index: index)
    }

    /// The counter is not the one expected; true when the packet repeats the one before.
    private func continuityBroke(
        _ state: UnsafeMutablePointer<PIDState>,
        continuity: UInt8,
        isAnnounced: Bool
    ) -> Bool {
        let last = state.pointee.lastContinuity
        if last == PIDState.unknownContinuity { return false }
        if continuity == last, !state.pointee.role.contains(.repeated), !isAnnounced {
            state.pointee.role.insert(.repeated)
            duplicates &+= 1
            return true
        }
        state.pointee.role.remove(.repeated)
        if !isAnnounced {
            state.pointee.continuityErrors &+= 1
            continuityErrors &+= 1
            monitor.packetsLost()
        }
        if state.pointee.role.contains(.table) { tables.packetLost(pid: state.pointee.pid) }
        if state.pointee.role.contains(.information) { information.packetLost(pid: state.pointee.pid) }
        return false
    }

    /// Gives a PID that was not seen before its state; returns the index.
    private func register(_ pid: UInt16) -> Int {
        guard stateCount < Self.capacity else { return Self.overflowIndex }
        let index = stateCount
        stateCount += 1
        states[index] = PIDState(pid: pid, role: role(of: pid))
        times[index].timer.restart(at: now)
        indices[Int(pid)] = UInt16(index)
        return index
    }

    var hasVideo: Bool { tables.programs.contains { $0.streams.contains { $0.codec.kind == .video } } }

    func isTable(_ pid: UInt16) -> Bool { tables.isTable(pid) }

    private func role(of pid: UInt16) -> PIDState.Role {
        var role: PIDState.Role = []
        if tables.isTable(pid) { role.insert(.table) }
        switch tables.kind(of: pid) {
        case .video: role.formUnion([.video, .timed])
        case .audio: role.insert(.timed)
        case .subtitle, .data, nil: break
        }
        if tables.isClock(pid) { role.insert(.clock) }
        if InformationTables.isOne(pid) { role.insert(.information) }
        return role
    }

    /// Tables changed: PIDs may mean something else now.
    func assignRoles() {
        if clockPID != tables.pcrPID {
            clockPID = tables.pcrPID
            clock.restart()
        }
        for index in Self.nullIndex + 1..<stateCount {
            let former = states[index].role
            states[index].role = role(of: states[index].pid).union(former.intersection([.repeated, .scrambled]))
            if states[index].role.contains(.timed), !former.contains(.timed) { times[index].timer.restart(at: now) }
        }
        monitor.programsChanged(tables.programs, at: now)
    }

    var nullPackets: UInt64 { states[Self.nullIndex].packets }

    // MARK: Position

    var knownTables: TSTables { TSTables(association: tables.associationSections, programs: tables.programs) }

    /// Grows when the tables change.
    var tableChanges: UInt64 { tables.changes }

    var leadingStream: TSStream? { tables.leadingStream }

    func position() -> TSPosition {
        var position = TSPosition()
        position.tables = knownTables
        position.clock = clock.last
        position.streams = (Self.nullIndex + 1..<stateCount).map { stream(at: $0) }
        return position
    }

    /// Of one PID; nil before it was seen.
    func stream(_ pid: UInt16) -> TSPosition.Stream? {
        let index = Int(indices[Int(pid & 0x1FFF)])
        return index > Self.nullIndex ? stream(at: index) : nil
    }

    private func stream(at index: Int) -> TSPosition.Stream {
        let state = states[index]
        func time(_ ticks: UInt64) -> PESTimestamp? { ticks == PIDTimes.unknown ? nil : PESTimestamp(ticks: ticks) }
        return TSPosition.Stream(
            pid: state.pid,
            continuity: state.lastContinuity == PIDState.unknownContinuity ? nil : state.lastContinuity,
            decodeTime: time(times[index].decoding),
            presentationTime: time(times[index].presentation),
            interval: times[index].interval,
            arrival: times[index].arrival
        )
    }

    /// Another stream begins on this way: what its counters, clock and times were says nothing about it.
    func restart() {
        clock.restart()
        monitor.restart()
        aligner.reset()
        marks.removeAll()
        for index in Self.nullIndex + 1..<stateCount {
            states[index].lastContinuity = PIDState.unknownContinuity
            states[index].role.remove(.repeated)
            times[index] = PIDTimes()
        }
    }

    func snapshot() -> TSSnapshot {
        var snapshot = TSSnapshot()
        snapshot.packets = packets
        snapshot.nullPackets = states[Self.nullIndex].packets
        snapshot.continuityErrors = continuityErrors
        snapshot.duplicatePackets = duplicates
        snapshot.syncLosses = aligner.syncLosses
        snapshot.transportErrors = transportErrors
        snapshot.crcErrors = tables.crcErrors &+ information.crcErrors
        snapshot.faults = monitor.faults
        snapshot.faults.syncByteErrors = aligner.syncByteErrors
        snapshot.constantBitrate = monitor.constantBitrate
        snapshot.tableVersionChanges = tables.versionChanges
        snapshot.programs = tables.programs
        snapshot.pcrPID = clockPID
        snapshot.lastPCR = clock.last
        snapshot.maximumPCRInterval = .nanoseconds(clock.maximumInterval &* 1000 / 27)
        snapshot.pcrDiscontinuities = clock.discontinuities
        snapshot.muxBitrate = clock.bitrate
        snapshot.pids = (Self.nullIndex..<stateCount).lazy.map { self.states[$0] }.filter { $0.packets > 0 }
            .map { .init(pid: $0.pid, packets: $0.packets, continuityErrors: UInt64($0.continuityErrors)) }
            .sorted { $0.pid < $1.pid }
        return snapshot
    }
}
