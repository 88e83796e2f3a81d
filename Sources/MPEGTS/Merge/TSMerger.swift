public import Media

/// Makes one transport stream of the same stream that came on two ways without sequence numbers, as SRT brings it: the
/// packets are known by their content.
///
/// What was passed on last is remembered by fingerprints, and each leg by its place in there. A leg in step with the
/// stream costs one comparison a packet: those that are out already are dropped, and those that are not are passed on
/// at once. When the leg that is ahead has lost something, its packets wait until the other one has brought what is
/// missing, for the skew window at most. A leg that is not in step waits until a run of its packets is found in the
/// stream, or in what waits of the other.
///
/// A loss is what the caller tells, or a gap in the continuity counters. Where only stuffing, or only packets of some
/// PIDs, were lost and the caller does not tell, the gap is seen too late or not at all, and the other leg's packets for
/// it are dropped. Stuffing is all the same: where both legs lost something, a packet of it may go out too much or too
/// little.
///
/// `deliver` gets runs of whole packets; they are valid during the call.
public struct TSMerger: Sendable {
    private let skewWindow: Duration
    private var passed: PassedPackets
    private var continuity = OutputContinuity()
    private var skewMeter = SkewMeter()
    /// The last reading, also when it is old.
    private var skewNanoseconds: Int64?
    private var first = MergingLeg()
    private var second = MergingLeg()

    public private(set) var counters = TSMergerCounters()

    public init(configuration: Configuration = Configuration()) {
        skewWindow = configuration.skewWindow
        passed = PassedPackets(horizon: skewWindow * 2)
    }

    public func counters(of leg: MergeLeg) -> MergeLegCounters { self[leg].counters }

    /// How far apart the legs are, nil when no packet came on both lately.
    public func skew(at now: MonotonicTime) -> MergeSkew? { skewMeter.reading(at: now) }

    /// Whether the leg brings the same stream as the other: false when what it brought for the skew window was not found.
    public func isMatched(_ leg: MergeLeg) -> Bool { self[leg].isMatched }

    /// How many packets wait.
    public var heldPackets: Int { first.held.count + second.held.count }
    /// Bytes of memory that waiting packets take.
    public var reservedBytes: Int { first.held.reservedByteCount + second.held.reservedByteCount }

    /// When `tick` has something to do: packets will have waited long enough. Nil while nothing waits.
    public var deadline: MonotonicTime? {
        let heads = [first, second].compactMap(\.held.first)
        return heads.map { $0.arrival.advanced(by: skewWindow) }.min()
    }

    /// Takes a payload of a leg and passes on what is now in order.
    ///
    /// - Parameters:
    ///   - afterLoss: whether packets of this leg are missing right before the payload.
    ///   - sent: when it was sent, by the leg's clock, which runs beside the other's but may be ahead of it; by this and
    ///     the content the legs are put in order where each of them has lost something. The arrival when left out.
    public mutating func receive(
        _ payload: UnsafeRawBufferPointer,
        on leg: MergeLeg,
        afterLoss: Bool = false,
        sent: MonotonicTime? = nil,
        at now: MonotonicTime,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        self[leg].lastArrival = now
        if afterLoss { self[leg].aligner.reset() }
        var aligner = TSAligner()
        swap(&aligner, &self[leg].aligner)
        var isAfterLoss = afterLoss
        aligner.append(payload) { packets in
            take(packets, of: leg, &isAfterLoss, sent: sent ?? now, at: now, deliver)
        }
        swap(&aligner, &self[leg].aligner)
        settle(at: now, deliver)
    }

    /// Gives up what was waited for long enough. To be called at `deadline`.
    public mutating func tick(at now: MonotonicTime, deliver: (UnsafeRawBufferPointer) -> Void) {
        settle(at: now, deliver)
    }

    /// Passes on what waits and follows the stream, as when both legs fell silent. The rest is dropped.
    public mutating func flush(at now: MonotonicTime, deliver: (UnsafeRawBufferPointer) -> Void) {
        let leader: MergeLeg = second.place == passed.end && first.place != passed.end ? .second : .first
        while !self[leader].held.isEmpty { giveUp(leader, at: now, deliver) }
        align(leader.other, at: now, deliver)
        self[leader.other].held.removeAll()
    }

    /// The leg's sender is gone. What the other one brings is not held back for it any more.
    public mutating func reset(_ leg: MergeLeg, at now: MonotonicTime, deliver: (UnsafeRawBufferPointer) -> Void) {
        while self[leg].place == passed.end, !self[leg].held.isEmpty, !isFlowing(leg.other, at: now) {
            giveUp(leg, at: now, deliver)
        }
        let counters = self[leg].counters
        self[leg] = MergingLeg()
        self[leg].counters = counters
        settle(at: now, deliver)
    }

    private subscript(leg: MergeLeg) -> MergingLeg {
        get { leg == .first ? first : second }
        _modify {
            if leg == .first { yield &first } else { yield &second }
        }
    }

    // MARK: Packets as they come

    private mutating func take(
        _ packets: UnsafeRawBufferPointer,
        of leg: MergeLeg,
        _ isAfterLoss: inout Bool,
        sent: MonotonicTime,
        at now: MonotonicTime,
        _ deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        // Packets that are new and stand side by side are passed on together.
        var run = 0..<0
        for offset in stride(from: 0, to: packets.count, by: TSPacket.byteCount) {
            guard let packet = TSPacket(UnsafeRawBufferPointer(rebasing: packets[offset...])) else { continue }
            let isNew = take(packet, of: leg, isAfterLoss: isAfterLoss, sent: sent, at: now)
            isAfterLoss = false
            guard isNew else { continue }
            if run.upperBound != offset {
                if !run.isEmpty { deliver(UnsafeRawBufferPointer(rebasing: packets[run])) }
                run = offset..<offset
            }
            run = run.lowerBound..<offset + TSPacket.byteCount
        }
        if !run.isEmpty { deliver(UnsafeRawBufferPointer(rebasing: packets[run])) }
    }

    /// Whether the packet is the next one of the stream. If not, it is out already, or waits.
    private mutating func take(
        _ packet: TSPacket,
        of leg: MergeLeg,
        isAfterLoss: Bool,
        sent: MonotonicTime,
        at now: MonotonicTime
    ) -> Bool {
        self[leg].counters.received &+= 1
        let fingerprint = PacketFingerprint(packet)
        if passed.end == 0, self[leg].held.isEmpty, self[leg.other].held.isEmpty {
            self[leg].place = 0
            self[leg].isMatched = true
        }
        if self[leg].held.isEmpty, let place = self[leg].place {
            if place < passed.end {
                if passed.holds(fingerprint, at: place) {
                    noteDuplicate(of: leg, sent: sent, at: now)
                    return false
                }
            } else if !(isAfterLoss || !continuity.goesOn(with: packet)) || !isAwaited(leg.other, at: now) {
                if isAfterLoss || !continuity.goesOn(with: packet) { counters.gaps &+= 1 }
                pass(packet, fingerprint, PassedPackets.Origin(leg: leg, sent: sent))
                return true
            }
        }
        self[leg].held.append(
            packet,
            HeldPackets.Entry(
                fingerprint: fingerprint,
                arrival: now,
                sent: sent,
                isAfterLoss: isAfterLoss,
                isDistinctive: packet.hasPayload && packet.pid != TSPacket.nullPID && packet.pid >= 0x20
            )
        )
        return false
    }

    private mutating func noteDuplicate(of leg: MergeLeg, sent: MonotonicTime, at now: MonotonicTime) {
        guard let place = self[leg].place, let origin = passed.origin(of: place) else { return }
        self[leg].counters.duplicates &+= 1
        self[leg].place = place + 1
        guard origin.leg != leg else { return }
        let delay = sent.nanoseconds(since: origin.sent)
        skewMeter.measured(leg == .second ? delay : -delay, at: now)
        skewNanoseconds = skewMeter.reading(at: now)?.nanoseconds
    }

    private mutating func pass(_ packet: TSPacket, _ fingerprint: PacketFingerprint, _ origin: PassedPackets.Origin) {
        passed.append(fingerprint, origin)
        continuity.passed(packet)
        self[origin.leg].place = passed.end
        self[origin.leg].counters.used &+= 1
        counters.delivered &+= 1
    }

    // MARK: Packets that wait

    /// Looks for the places of what waits, and gives up what has waited long enough.
    private mutating func settle(at now: MonotonicTime, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        guard heldPackets > 0 else { return }
        // Each round that goes on has found the place of one packet at least.
        var before: Int
        repeat {
            before = heldPackets
            for leg in MergeLeg.allCases { align(leg, at: now, deliver) }
            if heldPackets == before { passEarlier(at: now, deliver) }
        } while heldPackets < before
        for leg in MergeLeg.allCases {
            while let head = self[leg].held.first, mayGoOn(leg, head, at: now) {
                if self[leg].place == passed.end || !isFlowing(leg.other, at: now) {
                    giveUp(leg, at: now, deliver)
                } else {
                    self[leg].held.removeFirst()
                    self[leg].counters.outOfRange &+= 1
                    self[leg].isMatched = false
                }
            }
        }
    }

    /// Whether what is missing before a leg's first held packet is not waited for any longer.
    private func mayGoOn(_ leg: MergeLeg, _ head: HeldPackets.Entry, at now: MonotonicTime) -> Bool {
        now >= head.arrival.advanced(by: skewWindow) || self[leg].held.count > Self.maximumHeldPackets
            || self[leg].place == passed.end && !isAwaited(leg.other, at: now)
    }

    /// Looks for the place of what a leg holds, and goes on with it from there.
    private mutating func align(
        _ leg: MergeLeg,
        at now: MonotonicTime,
        _ deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        guard !self[leg].held.isEmpty, now >= self[leg].nextSearch else { return }
        for _ in 0..<self[leg].held.blindCount {
            self[leg].held.removeFirst()
            self[leg].counters.outOfRange &+= 1
        }
        guard let head = self[leg].held.head else { return }
        if let place = passed.place(of: head, from: self[leg].place) {
            enter(leg, at: place, now, deliver)
            return
        }
        if let (index, run) = self[leg].held.tail, let place = passed.place(of: run, from: self[leg].place) {
            // What is before was given up already.
            for _ in 0..<index {
                self[leg].held.removeFirst()
                self[leg].counters.late &+= 1
            }
            enter(leg, at: place, now, deliver)
            return
        }
        let overlap = overlap(of: leg)
        if overlap > 0 {
            enter(leg, at: passed.end - UInt64(overlap), now, deliver)
            return
        }
        if let index = self[leg.other].held.index(of: head) {
            meet(leg, at: index, of: head.count, now, deliver)
            return
        }
        if self[leg].held.count > Self.fewHeldPackets {
            self[leg].nextSearch = now.advanced(by: Self.searchInterval)
        }
    }

    /// A leg's first held packets stand among those that the other one holds. What is missing before came on neither.
    private mutating func meet(
        _ leg: MergeLeg,
        at index: Int,
        of runLength: Int,
        _ now: MonotonicTime,
        _ deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        let other = leg.other
        let before = self[other].held.count
        leaveOverlap(other)
        counters.gaps &+= 1
        for _ in 0..<max(0, index - (before - self[other].held.count)) { passHeld(of: other, at: now, deliver) }
        self[leg].place = passed.end
        self[leg].isMatched = true
        for _ in 0..<runLength { passHeld(of: other, at: now, deliver) }
        drain(other, at: now, deliver)
        drain(leg, at: now, deliver)
    }

    /// Where each leg has lost something and neither's packets are among the other's, those that were sent first go out,
    /// up to the leg's next loss.
    private mutating func passEarlier(at now: MonotonicTime, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        guard let skewNanoseconds, let ours = first.held.first, let others = second.held.first,
            first.held.head != nil, second.held.head != nil,
            passed.end > 0, let last = passed.origin(of: passed.end - 1)
        else { return }
        let (firstSent, secondSent) = (ours.sent, others.sent.advanced(by: .nanoseconds(-skewNanoseconds)))
        let lastSent = last.leg == .first ? last.sent : last.sent.advanced(by: .nanoseconds(-skewNanoseconds))
        // One that is before what is out already is late.
        guard min(firstSent, secondSent) >= lastSent else { return }
        let leg = firstSent <= secondSent ? MergeLeg.first : .second
        counters.gaps &+= 1
        repeat {
            passHeld(of: leg, at: now, deliver)
        } while self[leg].held.first.map { !$0.isAfterLoss } ?? false
    }

    /// The leg's first held packet stands at this place.
    private mutating func enter(
        _ leg: MergeLeg,
        at place: UInt64,
        _ now: MonotonicTime,
        _ deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        if let former = self[leg].place, former < place { self[leg].counters.missing &+= place - former }
        self[leg].place = place
        self[leg].isMatched = true
        drain(leg, at: now, deliver)
    }

    /// Goes on with a leg's held packets as far as their place is known.
    private mutating func drain(
        _ leg: MergeLeg,
        at now: MonotonicTime,
        _ deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        while let head = self[leg].held.first, let place = self[leg].place {
            if place < passed.end {
                guard passed.holds(head.fingerprint, at: place) else { return }
                noteDuplicate(of: leg, sent: head.sent, at: now)
                self[leg].held.removeFirst()
            } else {
                if isAwaited(leg.other, at: now), head.isAfterLoss || !goesOn(leg) { return }
                passHeld(of: leg, at: now, deliver)
            }
        }
    }

    private func goesOn(_ leg: MergeLeg) -> Bool {
        var goesOn = true
        self[leg].held.withFirst { goesOn = continuity.goesOn(with: $0) }
        return goesOn
    }

    /// The leg's first held packet goes out though something is missing before it, and those behind it as far as nothing
    /// is.
    private mutating func giveUp(
        _ leg: MergeLeg,
        at now: MonotonicTime,
        _ deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        leaveOverlap(leg)
        guard !self[leg].held.isEmpty else { return }
        counters.gaps &+= 1
        self[leg].isMatched = true
        passHeld(of: leg, at: now, deliver)
        drain(leg, at: now, deliver)
    }

    /// How many of the leg's first held packets the other leg has just brought, before it lost something itself.
    private func overlap(of leg: MergeLeg) -> Int {
        // Not further back than where it was.
        let most = Int(clamping: passed.end - min(self[leg].place ?? 0, passed.end))
        let run = (0..<min(self[leg].held.count, Self.longestOverlap, most)).map { self[leg].held[$0].fingerprint }
        let overlap = passed.overlap(with: run)
        return (0..<overlap).contains { self[leg].held[$0].isDistinctive } ? overlap : 0
    }

    private mutating func leaveOverlap(_ leg: MergeLeg) {
        for _ in 0..<overlap(of: leg) {
            self[leg].held.removeFirst()
            self[leg].counters.duplicates &+= 1
        }
    }

    private mutating func passHeld(
        of leg: MergeLeg,
        at now: MonotonicTime,
        _ deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        guard let head = self[leg].held.first else { return }
        var held = HeldPackets()
        swap(&held, &self[leg].held)
        held.withFirst { packet in
            pass(packet, head.fingerprint, PassedPackets.Origin(leg: leg, sent: head.sent))
            deliver(packet.bytes)
        }
        held.removeFirst()
        swap(&held, &self[leg].held)
    }

    /// Whether the leg may still bring what is missing.
    private func isAwaited(_ leg: MergeLeg, at now: MonotonicTime) -> Bool {
        guard self[leg].isMatched, let last = self[leg].lastArrival else { return false }
        return now < last.advanced(by: skewWindow)
    }

    /// Whether the leg is live and knows its place, and nothing of it waits.
    private func isFlowing(_ leg: MergeLeg, at now: MonotonicTime) -> Bool {
        guard self[leg].place != nil, self[leg].held.isEmpty, let last = self[leg].lastArrival else { return false }
        return now < last.advanced(by: skewWindow)
    }
}

/// One leg of a `TSMerger`.
private struct MergingLeg: Sendable {
    var counters = MergeLegCounters()
    var aligner = TSAligner()
    /// Where its next packet stands in the stream, as far as nothing is missing; nil before that is known.
    var place: UInt64?
    var held = HeldPackets()
    var isMatched = false
    var lastArrival: MonotonicTime?
    /// When the place of what waits is looked for again.
    var nextSearch = MonotonicTime.zero
}
