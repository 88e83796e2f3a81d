import Media

/// In which order packets of both legs go that wait, and which of them were passed on already.
extension TSMerger {
    /// Passes on what both legs hold before a packet that they have in common.
    ///
    /// - Parameters:
    ///   - rest: how many packets of `leg`.
    ///   - otherRest: how many of the other one.
    mutating func passInOrder(
        _ rest: Int,
        of leg: MergeLeg,
        _ otherRest: Int,
        at now: MonotonicTime,
        _ deliver: Deliver
    ) {
        let other = leg.other
        var (rest, otherRest) = (rest, otherRest)
        // Nothing comes between a leg's last packet and the common one when the leg lost nothing there.
        let adjoins = adjoinsNext(rest, of: leg)
        let otherAdjoins = adjoinsNext(otherRest, of: other)
        while rest > 0 || otherRest > 0 {
            let segment = self[leg].held.segmentLength(limit: rest)
            let otherSegment = self[other].held.segmentLength(limit: otherRest)
            let isLast = adjoins && segment == rest
            let isOtherLast = otherAdjoins && otherSegment == otherRest
            let isOtherNext: Bool
            if rest == 0 || otherRest == 0 {
                isOtherNext = rest == 0
            } else {
                isOtherNext =
                    begins(other, otherSegment, before: leg, segment) ?? (isLast == isOtherLast ? nil : isLast)
                    ?? counts(other, otherSegment, before: leg, segment) ?? starts(other, before: leg)
            }
            let next = isOtherNext ? other : leg
            let length = isOtherNext ? otherSegment : segment
            // A leg that goes on from the end of the stream to the common packet brought all there is.
            let isWhole = (isOtherNext ? isOtherLast : isLast) && lengthOfOverlap(length, of: next) > 0
            if isWhole, !hasNews(isOtherNext ? rest : otherRest, of: next.other) {
                drop(isOtherNext ? rest : otherRest, of: next.other, as: \.duplicates)
                if isOtherNext { rest = 0 } else { otherRest = 0 }
            }
            if mayPrecede(length, of: next) {
                passSegment(length, of: next, at: now, deliver)
            } else {
                drop(length, of: next, as: \.late)
            }
            if isOtherNext { otherRest -= length } else { rest -= length }
        }
    }

    /// Whether a leg lost nothing between the first packets that it holds and those behind.
    private func adjoinsNext(_ count: Int, of leg: MergeLeg) -> Bool {
        let position = self[leg].held.trail.start + count
        return self[leg].held.trail.holds(position) && !self[leg].held.isAfterGap(position)
    }

    /// Whether the first segment that a leg holds comes before the other leg's, by what both have in common with each other
    /// or with the end of the stream; nil when that does not tell.
    func begins(_ leg: MergeLeg, _ count: Int, before other: MergeLeg, _ otherCount: Int) -> Bool? {
        // What goes on where the stream ends, packet by packet, is next.
        let goesOn = lengthOfOverlap(count, of: leg) > 0
        if goesOn != (lengthOfOverlap(otherCount, of: other) > 0) { return goesOn }
        // What begins in the middle of the other is behind it.
        let (held, otherHeld) = (self[leg].held.trail, self[other].held.trail)
        let (range, otherRange) = (held.start..<held.start + count, otherHeld.start..<otherHeld.start + otherCount)
        let isWithin = held.begins(range, within: otherHeld, otherRange)
        return isWithin == otherHeld.begins(otherRange, within: held, range) ? nil : !isWithin
    }

    /// Whether less is missing when the first segment that a leg holds comes before the other leg's than the other way, by
    /// the continuity counters; nil when they do not tell.
    func counts(_ leg: MergeLeg, _ count: Int, before other: MergeLeg, _ otherCount: Int) -> Bool? {
        let own = counters(ofFirst: count, of: leg)
        let others = counters(ofFirst: otherCount, of: other)
        let before =
            own.gap(after: continuity, mayRepeat: true) + others.gap(after: continuity, own, mayRepeat: true)
        let behind =
            others.gap(after: continuity, mayRepeat: true) + own.gap(after: continuity, others, mayRepeat: true)
        return before == behind ? nil : before < behind
    }

    /// Whether the first packet that a leg holds was sent before the other's.
    func starts(_ leg: MergeLeg, before other: MergeLeg) -> Bool {
        guard let own = self[leg].held.first, let others = self[other].held.first else { return true }
        return wasSentBefore(own, others)
    }

    /// Whether the first segment that a leg holds may come next: a leg's that lost something in the middle of what was
    /// passed on may belong there.
    func mayPrecede(_ count: Int, of leg: MergeLeg) -> Bool {
        if self[leg].standing == .gapped { return true }
        let isAfterGap = self[leg].held.first?.identity.traits.contains(.afterGap) ?? false
        if self[leg].standing == .astray, self[leg.other].standing == .gapped, isAfterGap { return true }
        return isMissing(count, of: leg)
    }

    /// Whether the first packets that a leg holds go on where their PIDs ended, or are new and lie in the gap before those
    /// of the other leg.
    func isMissing(_ count: Int, of leg: MergeLeg) -> Bool {
        let own = counters(ofFirst: count - lengthOfTail(count, of: leg), of: leg)
        if own.follows(continuity) { return true }
        guard self[leg.other].standing == .gapped, own.isKnown(to: continuity), hasNews(count, of: leg) else {
            return false
        }
        let others = counters(ofFirst: self[leg.other].held.segmentLength(limit: .max), of: leg.other)
        let withIt =
            own.gap(after: continuity, mayRepeat: false) + others.gap(after: continuity, own, mayRepeat: false)
        return withIt <= others.gap(after: continuity, mayRepeat: false)
    }

    /// Whether one of the first packets that a leg holds is like none that was passed on.
    private func hasNews(_ count: Int, of leg: MergeLeg) -> Bool {
        let held = self[leg].held.trail
        return (held.start..<held.start + count).prefix(PacketTrail.mostCompared).contains {
            let packet = held[$0].identity
            return !packet.traits.contains(.recurs) && trail.occurrence(of: packet.fingerprint) == .never
        }
    }

    private func counters(ofFirst count: Int, of leg: MergeLeg) -> SegmentCounters {
        let held = self[leg].held.trail
        return SegmentCounters(held, held.start..<held.start + count)
    }

    /// Passes on the first packets that a leg holds, which follow each other, but for those that were already.
    mutating func passSegment(_ count: Int, of leg: MergeLeg, at now: MonotonicTime, _ deliver: Deliver) {
        var known = lengthOfOverlap(count, of: leg)
        if known == 0, isOut(count, of: leg) { known = count }
        drop(known, of: leg, as: \.duplicates)
        let tail = lengthOfTail(count - known, of: leg)
        release(count - known - tail, of: leg, at: now, deliver)
        drop(tail, of: leg, as: \.duplicates)
    }

    /// How many at the end of the first packets that a leg holds are the last ones of their PIDs that were passed on: what
    /// is before them was lost there, which showed only behind them.
    private func lengthOfTail(_ count: Int, of leg: MergeLeg) -> Int {
        let held = self[leg].held.trail
        let packets = (held.start..<held.start + count).suffix(PacketTrail.mostCompared)
        return packets.reversed().prefix { isKnown(held[$0].identity, to: leg) && continuity.isLast(held[$0].identity) }
            .count
    }

    /// How many of the first packets that a leg holds are the ones passed on last. Null packets alone tell nothing.
    private func lengthOfOverlap(_ count: Int, of leg: MergeLeg) -> Int {
        let held = self[leg].held.trail
        let longest = min(count, trail.end - firstUnseen(by: leg), PacketTrail.mostCompared)
        func isSame(_ offset: Int, _ length: Int) -> Bool {
            held[held.start + offset].identity.fingerprint == trail[trail.end - length + offset].identity.fingerprint
        }
        guard let telling = (0..<longest).first(where: { !held[held.start + $0].identity.traits.contains(.null) })
        else {
            return 0
        }
        var length = longest
        while length > telling {
            let isOthers = trail[trail.end - length + telling].legs & leg.bit == 0
            if isOthers, isSame(telling, length), (0..<length).allSatisfy({ isSame($0, length) }) { return length }
            length -= 1
        }
        return 0
    }

    /// Whether the first packets that a leg holds were passed on, by all that can be told of packets that recur: their
    /// counters are behind, or, when they are null packets, they came before what was passed on last.
    private func isOut(_ count: Int, of leg: MergeLeg) -> Bool {
        guard firstUnseen(by: leg) < trail.end else { return false }
        if isPadding(count, of: leg) {
            guard let own = self[leg].held.first, let last = trail.last else { return false }
            return !wasSentBefore(last, own)
        }
        guard count <= PacketTrail.mostCompared else { return false }
        let held = self[leg].held.trail
        return (held.start..<held.start + count).allSatisfy {
            let packet = held[$0].identity
            if packet.traits.contains(.null) { return true }
            return isKnown(packet, to: leg)
                && continuity.distance(to: packet).map { $0 >= ContinuityMap.period / 2 } ?? false
        }
    }

    /// Whether a packet may be one that was passed on since the leg lost its place, of the other leg.
    private func isKnown(_ packet: PacketIdentity, to leg: MergeLeg) -> Bool {
        trail.mayHold(packet, from: firstUnseen(by: leg), notOf: leg)
    }

    /// The first position of what was passed on that the leg may not have brought yet.
    private func firstUnseen(by leg: MergeLeg) -> Int {
        self[leg].standing == .unknown ? trail.start : max(trail.start, self[leg].cursor)
    }

    func isPadding(_ count: Int, of leg: MergeLeg) -> Bool {
        let held = self[leg].held.trail
        return (held.start..<held.start + count).allSatisfy { held[$0].identity.traits.contains(.null) }
    }
}
