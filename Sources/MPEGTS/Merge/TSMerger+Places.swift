import Media

/// How a leg's place in the stream is found.
extension TSMerger {
    /// Where else a packet stands.
    private enum Find {
        /// Among those passed on.
        case passedOn(Int)
        /// Among those of the other leg that wait.
        case held(Int)
    }

    /// A packet of a leg that is at the end of the stream, which the other leg brought before and holds.
    struct Meeting {
        /// Its position among those that the other leg holds.
        var position: Int
        /// How many packets before it were passed on last, in both.
        var passedOn: Int
    }

    // MARK: Packets that wait

    /// Holds back a packet that is not the next one, and looks for its place.
    mutating func hold(
        _ packet: TSPacket,
        _ entry: PacketTrail.Entry,
        of leg: MergeLeg,
        at now: MonotonicTime,
        _ deliver: Deliver
    ) {
        while self[leg].held.isFull { settle(leg, isOtherLive: isLive(leg.other, at: now), at: now, deliver) }
        if self[leg].standing == .inStep, self[leg].cursor == trail.end, goesOn(with: entry.identity, of: leg) {
            append(entry, of: leg, at: now)
            self[leg].cursor = trail.end
            deliver(packet.bytes)
            return
        }
        if self[leg].standing == .inStep {
            let cursor = self[leg].cursor
            self[leg].standing = cursor == trail.end ? .gapped : trail.holds(cursor) ? .astray : .unknown
        }
        if self[leg].standing != .gapped {
            self[leg].seek(at: now, timeoutNanoseconds: 2 * windowNanoseconds)
        }
        self[leg].held.append(packet, entry)
        find(entry.identity, of: leg, at: now, deliver)
    }

    /// Looks for the place of the packet that a leg holds last.
    private mutating func find(
        _ packet: PacketIdentity,
        of leg: MergeLeg,
        at now: MonotonicTime,
        _ deliver: Deliver
    ) {
        let standing = self[leg].standing
        self[leg].isOnTrack = false
        switch place(of: packet, seenFrom: leg) {
        case .passedOn(let position):
            let isAhead = standing != .unknown && position >= self[leg].cursor
            let run = lengthOfRun(endingAt: position, in: trail, on: leg, limit: Self.sureRun)
            if isAhead || run >= Self.sureRun {
                enterPassedOn(at: position, leg, now, deliver)
            } else {
                self[leg].isOnTrack = true
            }
        case .held(let position):
            let isSure = standing != .unknown && self[leg.other].standing != .unknown
            let run = lengthOfRun(endingAt: position, in: self[leg.other].held.trail, on: leg, limit: Self.sureRun)
            if isSure || run >= Self.sureRun { enterHeld(at: position, leg, now, deliver) }
        case nil:
            break
        }
    }

    /// Nil unless a packet with this content stands in one place only.
    private func place(of packet: PacketIdentity, seenFrom leg: MergeLeg) -> Find? {
        guard !packet.traits.contains(.recurs) else { return nil }
        let held = self[leg.other].held.trail.occurrence(of: packet.fingerprint)
        switch (trail.occurrence(of: packet.fingerprint), held) {
        case (.once(let position), .never): return .passedOn(position)
        case (.never, .once(let position)): return .held(position)
        default: return nil
        }
    }

    /// How many of the packets that a leg holds last are those up to a position, without a loss in between.
    private func lengthOfRun(endingAt position: Int, in trail: PacketTrail, on leg: MergeLeg, limit: Int) -> Int {
        let held = self[leg].held.trail
        var length = 0
        while length < limit, held.holds(held.end - 1 - length), trail.holds(position - length) {
            let own = held[held.end - 1 - length].identity
            let other = trail[position - length].identity
            guard own.fingerprint == other.fingerprint else { break }
            length += 1
            // Those before did not stand beside it.
            if own.traits.union(other.traits).contains(.afterGap) { break }
        }
        return length
    }

    /// The packets that a leg holds last are those passed on up to a position: it is in step again.
    private mutating func enterPassedOn(
        at position: Int,
        _ leg: MergeLeg,
        _ now: MonotonicTime,
        _ deliver: Deliver
    ) {
        let length = lengthOfRun(endingAt: position, in: trail, on: leg, limit: .max)
        let held = self[leg].held.trail
        for offset in 0..<length {
            noteDuplicate(held[held.end - 1 - offset], at: position - offset, on: leg, now)
        }
        // What is before was passed without it. Unless it goes on where its PIDs ended: then what the other leg lost showed
        // only after packets of other PIDs, if at all.
        var rest = held.count - length
        while rest > 0 {
            let segment = self[leg].held.segmentLength(limit: rest)
            if isMissing(segment, of: leg) {
                release(segment, of: leg, at: now, deliver)
            } else {
                drop(segment, of: leg, as: \.late)
            }
            rest -= segment
        }
        self[leg].held.removeAll()
        self[leg].align(at: position + 1, as: .inStep)
    }

    /// The packets that a leg holds last are those of the other leg up to a position among those that it holds.
    private mutating func enterHeld(
        at position: Int,
        _ leg: MergeLeg,
        _ now: MonotonicTime,
        _ deliver: Deliver
    ) {
        let other = leg.other
        let length = lengthOfRun(endingAt: position, in: self[other].held.trail, on: leg, limit: .max)
        let rest = self[leg].held.count - length
        let otherRest = position + 1 - length - self[other].held.trail.start
        passInOrder(rest, of: leg, otherRest, at: now, deliver)
        let held = self[leg].held.trail
        release(length, of: other, at: now, deliver)
        for offset in 0..<min(length, held.count) {
            let position = trail.end - length + offset
            if trail.holds(position) {
                noteDuplicate(held[held.start + offset], at: position, on: leg, now)
            } else {
                self[leg].counters.late &+= 1
            }
        }
        self[leg].held.removeAll()
        self[leg].align(at: trail.end, as: .inStep)
        goOn(with: other, at: now, deliver)
    }

    // MARK: Packets at the end of the stream

    /// Whether a packet that comes next, by the leg that brings it, is one that the other leg holds.
    func meeting(of packet: PacketIdentity, on leg: MergeLeg) -> Meeting? {
        guard case .held(let position) = place(of: packet, seenFrom: leg) else { return nil }
        let isSure = self[leg.other].standing != .unknown
        if !isSure, lengthPassedOn(before: position, on: leg.other, limit: Self.sureRun - 1) < Self.sureRun - 1 {
            return nil
        }
        return Meeting(position: position, passedOn: lengthPassedOn(before: position, on: leg.other, limit: .max))
    }

    /// How many of the packets that a leg holds right before a position are those that were passed on last.
    private func lengthPassedOn(before position: Int, on leg: MergeLeg, limit: Int) -> Int {
        let held = self[leg].held
        var length = 0
        while length < limit, held.trail.holds(position - length - 1), trail.holds(trail.end - length - 1),
            !held.isAfterGap(position - length),
            held.trail[position - length - 1].identity.fingerprint
                == trail[trail.end - length - 1].identity.fingerprint
        {
            length += 1
        }
        return length
    }

    /// What the other leg holds before the packet that comes next on `leg`.
    mutating func passWhatPrecedes(
        _ meeting: Meeting,
        on leg: MergeLeg,
        at now: MonotonicTime,
        _ deliver: Deliver
    ) {
        let other = leg.other
        var rest = meeting.position - meeting.passedOn - self[other].held.trail.start
        while rest > 0 {
            let segment = self[other].held.segmentLength(limit: rest)
            if isPadding(segment, of: other) {
                // This leg brought all of what it is among.
                drop(segment, of: other, as: \.duplicates)
            } else if meeting.passedOn == 0 {
                passSegment(segment, of: other, at: now, deliver)
            } else {
                drop(segment, of: other, as: \.late)
            }
            rest -= segment
        }
    }

    /// The packet was passed on: the other leg goes on behind it.
    mutating func follow(
        _ meeting: Meeting,
        _ packet: PacketTrail.Entry,
        on leg: MergeLeg,
        at now: MonotonicTime,
        _ deliver: Deliver
    ) {
        let other = leg.other
        let held = self[other].held.trail
        for offset in 0...meeting.passedOn where trail.holds(trail.end - 1 - offset) {
            trail[trail.end - 1 - offset].legs |= other.bit
        }
        if held.holds(meeting.position) { measured(packet, held[meeting.position], behind: leg, at: now) }
        drop(meeting.position + 1 - held.start, of: other, as: \.duplicates)
        goOn(with: other, at: now, deliver)
    }
}
