public import Media

/// Joins the transport streams of several sources to one that goes on.
///
/// As long as there is one source its packets pass as they came. One that follows another begins with a picture that needs
/// none before it, at once when its recent packets were kept, and its times are moved so that they go on by as much as
/// time passed; `TSRewriter` says what else is changed. Three sources need none of that: one whose packets are the same as
/// those of the former (one encoder on two ways) goes on with the packet after the last one; one that was interrupted and
/// goes on with its own timeline is passed on as it comes; and one whose timeline fits that of the former keeps its times.
///
/// A pure value: time is an argument, and sources are known by tokens that their owner hands out.
public struct TSSplice: Sendable {
    /// The step to the first time of the next source, and from one past picture to the next: 1 ms.
    static let leastStep: Int64 = 90
    /// A timeline that is no farther than this from where it should go on needs no other one: 100 ms.
    static let fittingTolerance: Int64 = 9_000
    /// A source that is to pass and shows nothing to begin with for so long (no tables, scrambled, no time stamps) passes
    /// as it comes.
    static let joinTimeout = Duration.seconds(3)
    /// How long to wait for a source with the same packets to arrive where the former one stopped.
    static let resumptionTimeout = Duration.seconds(1)
    /// How long to wait for the clock of a source that was interrupted.
    static let clockTimeout = Duration.milliseconds(200)
    /// The packets that were kept go out faster than they came, by this factor, and not all at once: a burst would
    /// overflow the buffers of receivers.
    static let catchUpFactor = 8
    /// At least so many bytes of them at once.
    static let catchUpBytes = 64 << 10

    /// Whose packets pass.
    public private(set) var source: Int?
    /// Whose packets are to, with the moment at which it was first asked for.
    private var joining: (source: Int, since: MonotonicTime)?
    private var end: SourceEnd?
    private var lastArrival = MonotonicTime.zero
    /// Nil while packets pass as they came.
    private var rewriter: TSRewriter?
    private var tableChanges: UInt64 = 0
    private var seam: Seam?
    /// Of the present source, once it does not pass as it came.
    private var aligner = TSAligner()
    /// What waits to go out.
    private var backlog = TSPacketBuffer()

    public init() {}

    /// Whether packets go out as they came.
    public var isTransparent: Bool { rewriter == nil }

    /// Whether the source's stream is the one that ended last, so that it may go on.
    public func isInterrupted(_ source: Int) -> Bool { self.source == nil && end?.source == source }

    /// How the last source was joined, once.
    public mutating func takeSeam() -> Seam? {
        guard seam != nil else { return nil }
        defer { seam = nil }
        return seam
    }

    /// The source has another name from now on.
    public mutating func hand(_ source: Int, to other: Int) {
        if self.source == source { self.source = other }
    }

    /// The source's stream ended, or another takes its place.
    ///
    /// - Parameter inspector: has seen what passed, and nothing after it.
    public mutating func leave(_ leaving: Int, _ inspector: TSInspector) {
        if joining?.source == leaving { joining = nil }
        guard source == leaving else { return }
        let marks = inspector.clockMarks
        end = SourceEnd(
            source: leaving,
            position: rewriter == nil ? inspector.position : nil,
            marks: marks,
            packetsSinceMark: marks.first.map { Int(truncatingIfNeeded: inspector.packets &- $0.packet) } ?? 0,
            arrival: inspector.leadingArrival ?? lastArrival
        )
        source = nil
        joining = nil
    }

    /// Takes what came from the source that is to be passed on.
    ///
    /// - Parameters:
    ///   - inspector: that of the source, which has seen the batch.
    ///   - recent: what the source sent before; it is forgotten as soon as the source passes.
    public mutating func consume(
        _ batch: PacketBatch,
        from source: Int,
        _ inspector: TSInspector,
        recent: inout RecentPackets,
        send: (PacketBatch) -> Void
    ) {
        if end == nil, self.source == nil {
            self.source = source
            tableChanges = inspector.tableChanges
            recent.removeAll()
        }
        guard self.source == source else {
            for payload in batch.payloads { recent.append(payload, inspector, at: batch.arrival) }
            guard join(source, inspector, recent, at: batch.arrival) else { return }
            self.source = source
            joining = nil
            lastArrival = batch.arrival
            tableChanges = inspector.tableChanges
            aligner = recent.takeAligner()
            // The beginning of a packet whose rest is to come, where packets pass as they came.
            if rewriter == nil { aligner.takePartial { backlog.appendPackets($0) } }
            recent.removeAll()
            drain(upTo: Self.catchUpBytes, at: batch.arrival, send)
            return
        }
        lastArrival = batch.arrival
        if rewriter != nil, tableChanges != inspector.tableChanges, !inspector.tables.isEmpty {
            tableChanges = inspector.tableChanges
            rewriter?.tablesChanged(inspector.tables)
        }
        if backlog.isEmpty {
            if rewriter != nil {
                sendRewritten(batch, send)
            } else {
                send(batch)
            }
            return
        }
        for payload in batch.payloads {
            if rewriter == nil { backlog.appendPackets(payload) } else { append(payload) }
        }
        drain(upTo: max(Self.catchUpBytes / 4, batch.byteCount * Self.catchUpFactor), at: batch.arrival, send)
    }

    /// Sends what waits, as when nothing comes any more; call it about ten times a second.
    public mutating func tick(at now: MonotonicTime, send: (PacketBatch) -> Void) {
        drain(upTo: max(Self.catchUpBytes, backlog.byteCount / 4), at: now, send)
    }

    // MARK: Passing

    /// Whole packets; a payload need not begin with one.
    private mutating func append(_ payload: UnsafeRawBufferPointer) {
        var aligner = TSAligner()
        swap(&aligner, &self.aligner)
        aligner.append(payload) { rewrite($0) }
        swap(&aligner, &self.aligner)
    }

    private mutating func rewrite(_ packets: UnsafeRawBufferPointer, catchUp: TSRewriter.Pictures? = nil) {
        TSPacket.forEach(in: packets) { rewriter?.append($0, to: &backlog, catchUp: catchUp) }
    }

    /// Payload by payload, so that each keeps the time at which it is due.
    private mutating func sendRewritten(_ batch: PacketBatch, _ send: (PacketBatch) -> Void) {
        let count = batch.payloads.count
        withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { ends in
            for index in 0..<count {
                append(batch.payloads[index])
                ends.initializeElement(at: index, to: backlog.byteCount)
            }
            backlog.take { packets in
                var start = 0
                for index in 0..<count {
                    let end = ends[index]
                    defer { start = end }
                    let due = batch.dueTimes.map { UnsafeBufferPointer(rebasing: $0[index...index]) }
                    TSPayloads.send(
                        UnsafeRawBufferPointer(rebasing: packets[start..<end]),
                        at: batch.arrival,
                        dueTime: due,
                        send
                    )
                }
            }
        }
    }

    private mutating func drain(upTo byteCount: Int, at now: MonotonicTime, _ send: (PacketBatch) -> Void) {
        guard !backlog.isEmpty else { return }
        backlog.take(upTo: byteCount) { TSPayloads.send($0, at: now, dueTime: nil, send) }
    }

    // MARK: Joining

    /// - Returns: Whether the source passes from now on: what is to go out of its recent packets is in the backlog.
    private mutating func join(
        _ source: Int,
        _ inspector: TSInspector,
        _ recent: RecentPackets,
        at now: MonotonicTime
    ) -> Bool {
        guard let end else { return false }
        if joining?.source != source { joining = (source, now) }
        switch end.resumption(inspector, recent) {
        case .at(let offset):
            seam = Seam(kind: .samePackets, decodeStep: 0)
            appendAsBefore(recent.all[offset...])
            return true
        case .later:
            if let since = joining?.since, now < since.advanced(by: Self.resumptionTimeout) { return false }
        case .none: break
        }
        if end.source == source, recent.keepsBeginning {
            let passed = max(0, now.nanoseconds(since: lastArrival)) / 1_000 * 27
            if end.goesOn(inspector, after: passed) {
                seam = Seam(kind: .resumed, decodeStep: 0)
                appendAsBefore(recent.all)
                return true
            }
            // Without a clock there is no telling yet.
            if inspector.lastClockMark == nil, !end.marks.isEmpty, let since = joining?.since,
                now < since.advanced(by: Self.clockTimeout)
            {
                return false
            }
        }
        guard let packets = recent.fromEntry, !inspector.tables.isEmpty, let leading = inspector.leadingStream,
            let last = inspector.stream(leading.pid), let time = last.decodeTime
        else {
            guard let since = joining?.since, now >= since.advanced(by: Self.joinTimeout) else { return false }
            rewriter = nil
            seam = Seam(kind: .unchanged, decodeStep: 0)
            appendAsBefore(recent.all)
            return true
        }
        // Its times would be moved without its clock.
        if inspector.lastClockMark == nil, inspector.tables.programs.contains(where: { $0.pcrPID != nil }),
            let since = joining?.since, now < since.advanced(by: Self.clockTimeout)
        {
            return false
        }
        let clock = inspector.lastClockMark?.clock
        takeOver(packets, Present(pid: leading.pid, time: time, arrival: last.arrival, clock: clock), end, inspector)
        return true
    }

    private mutating func appendAsBefore(_ packets: ArraySlice<UInt8>) {
        packets.withUnsafeBytes { packets in
            if rewriter == nil { backlog.appendPackets(packets) } else { rewrite(packets) }
        }
    }

    /// Where a source that takes over is.
    private struct Present {
        var pid: UInt16
        var time: PESTimestamp
        var arrival: MonotonicTime
        var clock: ClockReference?
    }

    private mutating func takeOver(
        _ packets: ArraySlice<UInt8>,
        _ present: Present,
        _ end: SourceEnd,
        _ inspector: TSInspector
    ) {
        var next = rewriter ?? TSRewriter(after: end.position ?? TSPosition())
        let former = next.tables.leadingStream.flatMap { next.last($0.pid) }
        let lateness = next.lateness
        next.begin(inspector.tables)
        let past = packets.withUnsafeBytes { SourcePast($0, pid: present.pid) }
        // How far the stream goes on: from where the last picture that went out should have been.
        var step = present.arrival.nanoseconds(since: end.arrival) * 9 / 100_000
        var begin = Int64.min
        var kind = Seam.Kind.rebased
        if let former {
            let kept = present.time.advanced(bySigned: next.timeOffset).ticks(since: former.decodeTime) + lateness
            if abs(kept - step) <= Self.fittingTolerance {
                step = kept
                kind = .fitting
            }
            let reordering = former.presentationTime.ticks(since: former.decodeTime)
            begin = min(max(0, reordering), PESTimestamp.maximumReordering) + Self.leastStep + lateness - step
            next.timeOffset += step - kept
        }
        let times = TakeoverTimes(
            from: past.time?.ticks(since: present.time) ?? 0,
            begin: begin,
            room: Int64(max(0, past.pictures - 1)) * Self.leastStep
        )
        next.takeOver(present.clock, after: step)
        let catchUp = TSRewriter.Pictures(pid: present.pid, present: present.time, times: times)
        // To the first picture, which is a past one.
        seam = Seam(kind: kind, decodeStep: former == nil ? 0 : step - lateness + times.move(times.from))
        next.appendTables(to: &backlog)
        rewriter = next
        packets.withUnsafeBytes { rewrite($0, catchUp: catchUp) }
        rewriter?.settle(catchUp)
    }
}
