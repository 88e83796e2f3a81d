public import Media

/// Makes one transport stream of the same stream that came on two paths without sequence numbers, as two SRT connections
/// of one encoder: it tells packets by their content.
///
/// The output is the encoder's stream: each packet once, in order, as long as one of the legs brings it within the skew
/// window. What was passed on lately is remembered by fingerprints, and each leg has its place among them: a packet of the
/// leg that is behind is compared with the one at its place, one of the leg that is ahead is passed on straight from the
/// caller's buffer. When the leg that is ahead lost something, its packets wait until the other one brought what is
/// missing, for the skew window at most.
///
/// A loss is noticed when the caller tells of it, or by the leg's continuity counters. The caller knows better: when only
/// null packets were lost, or sixteen of a PID, no counter tells, and packets of other PIDs that follow a loss are passed
/// on before a counter tells. What was lost then comes behind them, or not at all when no counter told.
///
/// After a loss a leg's place is found again by a packet whose content no other has. Null packets and tables never are, so
/// that how many null packets there are is exact where one leg brought them with the packets before and behind them;
/// where both legs lost something in between, it cannot be known.
///
/// A leg that brings nothing that is in the other one's stream is not passed on, until the other one is silent for the
/// skew window.
///
/// `deliver` gets runs of whole packets, which are valid during the call: as long as they lie in a row, thus a whole
/// payload of seven when all of them are next. Runs of packets that waited may be much longer.
public struct TSMerger: Sendable {
    typealias Deliver = (UnsafeRawBufferPointer) -> Void

    let windowNanoseconds: Int64
    /// What was passed on.
    var trail = PacketTrail(maximumCount: maximumKnownPackets)
    /// Of what was passed on.
    var continuity = ContinuityMap()
    var totals = TSMergerCounters()
    /// Something of this stream was passed on.
    private(set) var isStarted = false
    private var first = MergingLeg()
    private var second = MergingLeg()
    private var missing = (first: UInt64(0), second: UInt64(0))
    private var skewMeter = SkewMeter()
    /// How much later the second leg's clock says that a packet was sent, smoothed.
    private var clockSkew: Int64?

    public init(configuration: MergeConfiguration = MergeConfiguration()) {
        windowNanoseconds = configuration.windowNanoseconds
    }

    public var counters: TSMergerCounters { totals }

    /// What a leg brought, in transport stream packets. Each is one of `used`, `duplicates`, `late` and `outOfRange`, the
    /// packets of a leg that is not matched, but for those that wait or that a reset dropped.
    public func counters(of leg: MergeLeg) -> MergeLegCounters {
        var counters = self[leg].counters
        counters.missing = leg == .first ? missing.first : missing.second
        return counters
    }

    /// How far apart the legs are, nil when no packet came on both lately.
    public func skew(at now: MonotonicTime) -> MergeSkew? { skewMeter.reading(at: now) }

    /// Whether the leg's packets are found in the stream that is passed on. False when none were for twice the skew window.
    public func isMatched(_ leg: MergeLeg) -> Bool { self[leg].isMatched }

    /// How many packets wait.
    public var heldPackets: Int { first.held.count + second.held.count }
    /// Bytes of memory that waiting packets take.
    public var reservedBytes: Int { first.held.reservedByteCount + second.held.reservedByteCount }

    /// When `tick` has something to do: a packet will have waited long enough. Nil while nothing waits.
    public var deadline: MonotonicTime? { nextDue?.time }

    /// Takes a payload of a leg and passes on the packets that are now in order.
    ///
    /// - Parameters:
    ///   - afterLoss: whether the leg is known to have lost something right before this payload.
    ///   - sent: when it was sent, by a clock of the leg that runs beside the other's and may be ahead of it. It tells what
    ///     came first where each leg lost something and neither content nor counters do. The arrival when left out.
    public mutating func receive(
        _ payload: UnsafeRawBufferPointer,
        on leg: MergeLeg,
        afterLoss: Bool = false,
        sent: MonotonicTime? = nil,
        at now: MonotonicTime,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        self[leg].payloadReceived(afterLoss: afterLoss, at: now)
        retire(at: now)
        var aligner = TSAligner()
        swap(&aligner, &self[leg].aligner)
        aligner.append(payload) { take($0, of: leg, sent: sent ?? now, at: now, deliver) }
        swap(&aligner, &self[leg].aligner)
        expire(at: now, deliver)
    }

    /// Gives up gaps that have waited long enough. To be called at `deadline`.
    public mutating func tick(at now: MonotonicTime, deliver: (UnsafeRawBufferPointer) -> Void) {
        expire(at: now, deliver)
        retire(at: now)
    }

    /// Passes on everything that waits for a gap to be filled, as when both legs fell silent. What a leg holds that is not
    /// known to be in the stream goes, too, unless the other one has a sender.
    public mutating func flush(at now: MonotonicTime, deliver: (UnsafeRawBufferPointer) -> Void) {
        while heldPackets > 0 {
            let isFirst = self[.second].held.isEmpty || !self[.first].held.isEmpty && self[.first].standing == .gapped
            let leg: MergeLeg = isFirst ? .first : .second
            settle(leg, isOtherLive: self[leg.other].lastArrival != nil, at: now, deliver)
        }
    }

    /// A leg's sender is gone: passes on what waits of it, unless it is not known to be in the stream and the other leg
    /// lives, and what waited for it. Another sender may take its place. Counters stay.
    public mutating func reset(_ leg: MergeLeg, at now: MonotonicTime, deliver: (UnsafeRawBufferPointer) -> Void) {
        while !self[leg].held.isEmpty { settle(leg, isOtherLive: isLive(leg.other, at: now), at: now, deliver) }
        self[leg].forget()
        expire(at: now, deliver)
    }

    /// Forgets the stream, and what waits of it; the next packet starts a new one. Counters stay.
    public mutating func reset() {
        for leg in MergeLeg.allCases {
            self[leg].held.removeAll()
            self[leg].forget()
        }
        trail.removeAll()
        continuity.removeAll()
        skewMeter = SkewMeter()
        clockSkew = nil
        isStarted = false
    }

    subscript(leg: MergeLeg) -> MergingLeg {
        get { leg == .first ? first : second }
        _modify {
            if leg == .first { yield &first } else { yield &second }
        }
    }

    /// Reads from a leg without a copy of it, for what each packet asks: a leg is large.
    @inline(__always)
    func read<Value>(_ leg: MergeLeg, _ value: (borrowing MergingLeg) -> Value) -> Value {
        leg == .first ? value(first) : value(second)
    }

    // MARK: Packets as they come

    private mutating func take(
        _ packets: UnsafeRawBufferPointer,
        of leg: MergeLeg,
        sent: MonotonicTime,
        at now: MonotonicTime,
        _ deliver: Deliver
    ) {
        guard let base = packets.baseAddress else { return }
        // New packets that lie side by side are passed on together.
        var run = 0..<0
        func passOn() {
            if !run.isEmpty { deliver(UnsafeRawBufferPointer(rebasing: packets[run])) }
            run = 0..<0
        }
        var offset = 0
        while offset + TSPacket.byteCount <= packets.count {
            let packet = TSPacket(unchecked: base + offset)
            let next = offset + TSPacket.byteCount
            defer { offset = next }
            var entry = PacketTrail.Entry(identity: PacketIdentity(packet), arrival: now, sent: sent, of: leg)
            self[leg].packetReceived(&entry.identity)
            switch place(of: &entry.identity, on: leg) {
            case .passedOn(let position):
                noteDuplicate(entry, at: position, on: leg, now)
                self[leg].cursor = position + 1
            case .next:
                let meeting = read(leg.other) { $0.held.isEmpty } ? nil : meeting(of: entry.identity, on: leg)
                if let meeting {
                    passOn()
                    passWhatPrecedes(meeting, on: leg, at: now, deliver)
                }
                append(entry, of: leg, at: now)
                self[leg].cursor = trail.end
                run = (run.isEmpty ? offset : run.lowerBound)..<next
                if let meeting {
                    passOn()
                    follow(meeting, entry, on: leg, at: now, deliver)
                }
            case .unknown:
                passOn()
                hold(packet, entry, of: leg, at: now, deliver)
            }
        }
        passOn()
    }

    private enum Place {
        /// The packet is the one at this position, which was passed on.
        case passedOn(Int)
        /// It is the next one of the stream.
        case next
        case unknown
    }

    /// Where a packet stands that a leg brings, if that is where the leg is.
    @inline(__always)
    private func place(of packet: inout PacketIdentity, on leg: MergeLeg) -> Place {
        guard read(leg, { $0.standing }) == .inStep else { return .unknown }
        let cursor = read(leg) { $0.cursor }
        if cursor == trail.end {
            if goesOn(with: packet, of: leg) { return .next }
            packet.traits.insert(.afterGap)
            return .unknown
        }
        let isAtCursor =
            !packet.traits.contains(.afterGap) && trail.holds(cursor)
            && trail[cursor].identity.fingerprint == packet.fingerprint
        return isAtCursor ? .passedOn(cursor) : .unknown
    }

    /// Whether nothing is known to be missing between what was passed on and a packet of a leg.
    @inline(__always)
    func goesOn(with packet: PacketIdentity, of leg: MergeLeg) -> Bool {
        !packet.traits.contains(.gapAnnounced)
            && continuity.isFollowed(by: packet, forgiving: read(leg) { $0.tellsLosses })
    }

    /// Notes that a packet of a leg is passed on.
    mutating func append(_ entry: PacketTrail.Entry, of leg: MergeLeg, at now: MonotonicTime) {
        retire(at: now)
        if trail.isFull { retireOldest() }
        isStarted = true
        totals.delivered &+= 1
        let packet = entry.identity
        let isFollowed = continuity.isFollowed(by: packet, forgiving: true)
        if !isFollowed { totals.gaps &+= 1 }
        // What other PIDs miss is no news any more.
        if packet.traits.contains(.afterGap) || !isFollowed { continuity.noteGap() }
        totals.lost &+= UInt64(continuity.packetReceived(packet))
        var entry = entry
        entry.identity.traits.subtract([.afterGap, .gapAnnounced])
        trail.append(entry)
        self[leg].counters.used &+= 1
    }

    /// Notes that a leg brought a packet that was passed on already.
    mutating func noteDuplicate(_ packet: PacketTrail.Entry, at position: Int, on leg: MergeLeg, _ now: MonotonicTime) {
        let delay = max(0, packet.arrival.nanoseconds(since: trail[position].arrival))
        if delay > windowNanoseconds {
            self[leg].counters.late &+= 1
            return
        }
        self[leg].counters.duplicates &+= 1
        measured(packet, trail[position], behind: leg, at: now)
        trail[position].legs |= leg.bit
    }

    /// A packet that a leg brought had come on the other one before.
    mutating func measured(
        _ packet: PacketTrail.Entry,
        _ former: PacketTrail.Entry,
        behind leg: MergeLeg,
        at now: MonotonicTime
    ) {
        guard former.leg == leg.other else { return }
        let sign: Int64 = leg == .second ? 1 : -1
        let delay = min(max(0, packet.arrival.nanoseconds(since: former.arrival)), windowNanoseconds)
        skewMeter.measured(sign * delay, at: now)
        let clockSkew = sign &* (packet.sent.nanoseconds &- former.sent.nanoseconds)
        self.clockSkew = self.clockSkew.map { $0 &+ (clockSkew &- $0) / 16 } ?? clockSkew
    }

    /// Whether a packet was sent before another one, as far as the legs' clocks tell.
    func wasSentBefore(_ packet: PacketTrail.Entry, _ other: PacketTrail.Entry) -> Bool {
        timeSent(packet) < timeSent(other)
    }

    /// By the first leg's clock.
    private func timeSent(_ packet: PacketTrail.Entry) -> Int64 {
        packet.leg == .first ? packet.sent.nanoseconds : packet.sent.nanoseconds &- (clockSkew ?? 0)
    }

    // MARK: What is remembered

    /// Forgets what is older than two skew windows, and counts what only one leg brought.
    mutating func retire(at now: MonotonicTime) {
        while let oldest = trail.first, now.nanoseconds(since: oldest.arrival) > 2 * windowNanoseconds {
            retireOldest()
        }
    }

    private mutating func retireOldest() {
        switch trail.first?.legs {
        case MergeLeg.first.bit: missing.second &+= 1
        case MergeLeg.second.bit: missing.first &+= 1
        default: break
        }
        trail.removeFirst()
    }
}
