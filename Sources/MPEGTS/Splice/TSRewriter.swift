import Media

/// Makes several transport streams that follow each other one: PCR, PTS, DTS and continuity counters go on, a stream with
/// the same tracks as before takes over their PIDs, and another one is announced with tables of a new version.
///
/// Left as they are: time stamps in PES headers that span packets, ESCR, and times inside of SCTE-35 sections.
struct TSRewriter: Sendable {
    /// What a receiver got last of one PID.
    private struct Output: Sendable {
        var pid: UInt16
        var decodeTime: PESTimestamp?
        var presentationTime: PESTimestamp?
        /// How long a PES packet lasts: sound often comes in several frames each. Ticks of 90 kHz.
        var interval: Int64 = 0
        /// Nothing of the present stream came yet: it begins with a payload unit, which is later than what was before.
        var isFresh = false
    }

    /// How the pictures of a stream that takes over are moved. Decode and presentation times move alike, so that their
    /// order stays.
    struct Pictures: Hashable, Sendable {
        /// Of the stream.
        var pid: UInt16
        /// The decode time of the picture that was the last when the stream took over.
        var present: PESTimestamp
        /// By the distance from that.
        var times: TakeoverTimes
    }

    /// 1 ms.
    private static let roundingTolerance: Int64 = 90
    /// 10 s.
    private static let maximumOverlap = 10 * Int64(PESTimestamp.frequency)

    /// What receivers have been told.
    private(set) var tables: TSTables
    var clock: ClockReference?
    /// Clocks of the present stream up to this are left out; nil when it got beyond that.
    var clockFloor: ClockReference?
    /// What is added to the present stream's times, in ticks of 90 kHz.
    var timeOffset: Int64 = 0
    /// What is added to its clock beyond that: by how much the clock is nearer to the times than it was at the source. Ticks
    /// of 27 MHz.
    var clockShift: Int64 = 0
    /// By how much the last picture that went out was later than `timeOffset` says, in ticks of 90 kHz.
    private(set) var lateness: Int64 = 0
    /// Nil when the present stream's pictures are in time.
    private var settling: Pictures?

    /// Of PIDs of the present stream that have another one at the receivers.
    private var pids: [UInt16: UInt16] = [:]
    /// PIDs of the present stream that its tables are on: PAT and PMT are replaced.
    private var mapPIDs: [UInt16] = []
    private var continuity = ContinuityShift()
    private var outputs: [Output] = []

    /// Goes on from where a stream that was passed as it is stands.
    init(after position: TSPosition) {
        tables = position.tables
        clock = position.clock
        for stream in position.streams {
            if let counter = stream.continuity { continuity.note(counter, pid: stream.pid) }
            outputs.append(
                Output(
                    pid: stream.pid,
                    decodeTime: stream.decodeTime,
                    presentationTime: stream.presentationTime,
                    interval: stream.interval
                )
            )
        }
    }

    /// What went out last on a PID of the receivers.
    func last(_ pid: UInt16) -> (decodeTime: PESTimestamp, presentationTime: PESTimestamp)? {
        guard let output = outputs.first(where: { $0.pid == pid }), let decodeTime = output.decodeTime else {
            return nil
        }
        return (decodeTime, output.presentationTime ?? decodeTime)
    }

    /// By which PID receivers know a PID of the present stream.
    func pid(of source: UInt16) -> UInt16 { pids[source] ?? source }

    /// Another stream follows.
    mutating func begin(_ next: TSTables) {
        tablesChanged(next)
        continuity.restart()
        settling = nil
        lateness = 0
        for index in outputs.indices { outputs[index].isFresh = true }
    }

    /// The past went out: the pictures that come now are late still, and less so from one to the next.
    mutating func settle(_ pictures: Pictures) {
        settling = pictures.times.lateness > 0 ? pictures : nil
    }

    /// The present stream's tables are others now.
    mutating func tablesChanged(_ next: TSTables) {
        mapPIDs = next.programs.map(\.mapPID)
        if let map = next.pidMap(to: tables) {
            pids = map.filter { $0.key != $0.value }
        } else {
            tables = next.announced(after: tables)
            pids = [:]
        }
    }

    /// Appends PAT and PMT as the receivers know them.
    mutating func appendTables(to buffer: inout TSPacketBuffer) {
        appendAssociation(to: &buffer)
        for program in tables.programs { appendMap(program, to: &buffer) }
    }

    private mutating func appendAssociation(to buffer: inout TSPacketBuffer) {
        for section in tables.association { append(section, pid: 0, to: &buffer) }
    }

    private mutating func appendMap(_ program: TSProgram, to buffer: inout TSPacketBuffer) {
        append(program.section, pid: program.mapPID, to: &buffer)
    }

    private mutating func append(_ section: [UInt8], pid: UInt16, to buffer: inout TSPacketBuffer) {
        buffer.appendSection(section, pid: pid) { continuity.next(pid: pid) }
    }

    /// Appends a packet of the present stream as it goes out, or nothing when it does not.
    ///
    /// - Parameter catchUp: for packets before the present.
    mutating func append(_ packet: TSPacket, to buffer: inout TSPacketBuffer, catchUp: Pictures? = nil) {
        let pid = packet.pid
        if pid == TSPacket.nullPID || packet.hasTransportError {
            if catchUp == nil { buffer.appendPacket(packet) { _ in } }
            return
        }
        if pid == 0 || mapPIDs.contains(pid) {
            guard packet.startsPayloadUnit else { return }
            if pid == 0 {
                appendAssociation(to: &buffer)
            } else {
                for program in tables.programs where program.mapPID == self.pid(of: pid) {
                    appendMap(program, to: &buffer)
                }
            }
            return
        }
        let target = self.pid(of: pid)
        // The present stream has a PID of its own that the receivers know as another one.
        if target == pid, !pids.isEmpty, pids.values.contains(pid) { return }
        let header = PESHeader(packet)
        if catchUp != nil, header == nil, packet.startsPayloadUnit { return }
        guard admits(packet, header, target: target, catchUp: catchUp) else { return }
        buffer.appendPacket(packet) { out in
            if target != pid {
                out.storeBytes(of: packet.byte(1) & 0xE0 | UInt8(target >> 8), toByteOffset: 1, as: UInt8.self)
                out.storeBytes(of: UInt8(truncatingIfNeeded: target), toByteOffset: 2, as: UInt8.self)
            }
            rewriteClocks(out, packet, isPast: catchUp != nil)
            if let header { rewriteTimes(out, header, target: target, source: pid, catchUp) }
            continuity.rewrite(out, packet, pid: target)
        }
    }

    /// Whether a packet follows what went out on its PID. Of a unit that does not, nothing goes out.
    private mutating func admits(
        _ packet: TSPacket,
        _ header: PESHeader?,
        target: UInt16,
        catchUp: Pictures?
    ) -> Bool {
        guard let index = outputs.firstIndex(where: { $0.pid == target }) else {
            guard outputs.count < TSInspector.maximumPIDs else { return true }
            outputs.append(Output(pid: target, isFresh: !packet.startsPayloadUnit))
            return packet.startsPayloadUnit || !packet.hasPayload
        }
        guard outputs[index].isFresh else { return true }
        guard packet.startsPayloadUnit else {
            // A packet with nothing but a clock belongs to no unit.
            return !packet.hasPayload
        }
        if let header, let last = outputs[index].decodeTime, catchUp?.pid != packet.pid {
            // Times are rounded on the way.
            let least = max(1, outputs[index].interval - Self.roundingTolerance)
            let ahead = header.times(in: packet.base).decoding.advanced(bySigned: timeOffset).ticks(since: last)
            // What is farther back than legs can be apart is another timeline, as of another program.
            guard ahead >= least || ahead < -Self.maximumOverlap else { return false }
        }
        outputs[index].isFresh = false
        return true
    }

    private mutating func rewriteTimes(
        _ out: UnsafeMutableRawPointer,
        _ header: PESHeader,
        target: UInt16,
        source: UInt16,
        _ catchUp: Pictures?
    ) {
        let times = header.times(in: out)
        var moved: PESHeader.Times = (
            times.decoding.advanced(bySigned: timeOffset), times.presentation.advanced(bySigned: timeOffset)
        )
        if let pictures = catchUp ?? settling, pictures.pid == source {
            let distance = times.decoding.ticks(since: pictures.present)
            if catchUp != nil || pictures.times.isSettling(at: distance) {
                let present = pictures.present.advanced(bySigned: timeOffset)
                let presentation = times.presentation.ticks(since: pictures.present)
                let decoding = pictures.times.move(distance)
                lateness = decoding - distance
                moved = (
                    present.advanced(bySigned: decoding),
                    present.advanced(bySigned: pictures.times.move(presentation))
                )
            } else {
                settling = nil
                lateness = 0
            }
        }
        header.write(moved, to: out)
        note(moved.decoding, moved.presentation, pid: target)
    }

    private mutating func note(_ decodeTime: PESTimestamp, _ presentationTime: PESTimestamp, pid: UInt16) {
        guard let index = outputs.firstIndex(where: { $0.pid == pid }) else { return }
        let advance = outputs[index].decodeTime.map { decodeTime.ticks(since: $0) } ?? 0
        if advance > 0, advance < Int64(PESTimestamp.frequency) { outputs[index].interval = advance }
        outputs[index].decodeTime = decodeTime
        if let latest = outputs[index].presentationTime, presentationTime.ticks(since: latest) <= 0,
            latest.ticks(since: presentationTime) < PESTimestamp.maximumReordering
        {
            return
        }
        outputs[index].presentationTime = presentationTime
    }
}
