import Media

/// What becomes of packets that wait.
extension TSMerger {
    // MARK: In time

    /// When something is to be done about what a leg holds; nil when it holds nothing.
    private func due(_ leg: MergeLeg) -> MonotonicTime? {
        guard let front = self[leg].held.first else { return nil }
        let latest = MonotonicTime(nanoseconds: front.arrival.nanoseconds &+ windowNanoseconds)
        if self[leg].standing != .gapped, self[leg].isOnTrack { return latest }
        // Nothing is waited for that the other leg will not bring.
        let other = self[leg.other]
        guard let last = other.lastArrival, self[leg].standing != .gapped || other.isMatched else {
            return front.arrival
        }
        return min(latest, MonotonicTime(nanoseconds: last.nanoseconds &+ windowNanoseconds))
    }

    /// The leg about whose packets something is to be done first, and when.
    var nextDue: (leg: MergeLeg, time: MonotonicTime)? {
        switch (due(.first), due(.second)) {
        case (let first?, let second?):
            let isFirst = first == second ? self[.first].standing == .gapped : first < second
            return isFirst ? (.first, first) : (.second, second)
        case (let first?, nil): return (.first, first)
        case (nil, let second?): return (.second, second)
        case (nil, nil): return nil
        }
    }

    /// Deals with everything that has waited long enough.
    mutating func expire(at now: MonotonicTime, _ deliver: Deliver) {
        while heldPackets > 0, let (leg, time) = nextDue, time <= now {
            settle(leg, isOtherLive: isLive(leg.other, at: now), at: now, deliver)
        }
    }

    /// Deals with the first packets that a leg holds, at least one: their place was looked for long enough.
    mutating func settle(_ leg: MergeLeg, isOtherLive: Bool, at now: MonotonicTime, _ deliver: Deliver) {
        if self[leg].standing == .gapped {
            giveUpGap(of: leg, isOtherLive: isOtherLive, at: now, deliver)
        } else if isOtherLive {
            // The other leg carries the stream.
            drop(1, of: leg, as: \.outOfRange)
            self[leg].standing = .unknown
        } else {
            let wasStarted = isStarted
            let delivered = totals.delivered
            while !self[leg].held.isEmpty {
                passSegment(self[leg].held.segmentLength(limit: .max), of: leg, at: now, deliver)
            }
            self[leg].align(at: trail.end, as: .inStep)
            if wasStarted, totals.delivered != delivered { totals.restarts &+= 1 }
        }
    }

    func isLive(_ leg: MergeLeg, at now: MonotonicTime) -> Bool {
        self[leg].isLive(at: now, windowNanoseconds: windowNanoseconds)
    }

    /// A leg goes on though something may be missing.
    private mutating func giveUpGap(
        of leg: MergeLeg,
        isOtherLive: Bool,
        at now: MonotonicTime,
        _ deliver: Deliver
    ) {
        let other = leg.other
        let segment = self[leg].held.segmentLength(limit: .max)
        let otherSegment = self[other].held.segmentLength(limit: .max)
        let isOtherFirst =
            otherSegment > 0 && self[other].standing != .unknown && mayPrecede(otherSegment, of: other)
            && (begins(other, otherSegment, before: leg, segment)
                ?? counts(other, otherSegment, before: leg, segment) ?? starts(other, before: leg))
        let next = isOtherFirst ? other : leg
        let isAnnounced = self[next].held.first?.identity.traits.contains(.gapAnnounced) ?? false
        let lost = totals.lost
        passSegment(self[next].held.segmentLength(limit: .max), of: next, at: now, deliver)
        if isAnnounced, !isOtherLive, totals.lost == lost {
            totals.lost &+= 1
            totals.gaps &+= 1
        }
        self[next].align(at: trail.end, as: self[next].held.isEmpty ? .inStep : .gapped)
    }

    // MARK: On and off

    /// A leg is at the end of the stream: what it holds is passed on up to the next gap.
    mutating func goOn(with leg: MergeLeg, at now: MonotonicTime, _ deliver: Deliver) {
        release(.max, upToGap: true, of: leg, at: now, deliver)
        self[leg].align(at: trail.end, as: self[leg].held.isEmpty ? .inStep : .gapped)
    }

    /// Passes on the first packets that a leg holds.
    mutating func release(
        _ count: Int,
        upToGap: Bool = false,
        of leg: MergeLeg,
        at now: MonotonicTime,
        _ deliver: Deliver
    ) {
        let range = self[leg].held.trail.start..<self[leg].held.trail.end
        var released = 0
        for position in range.prefix(count) {
            let entry = self[leg].held.trail[position]
            if upToGap, !goesOn(with: entry.identity, of: leg) { break }
            append(entry, of: leg, at: now)
            released += 1
        }
        self[leg].held.forEachRun(ofFirst: released, deliver)
        self[leg].held.removeFirst(released)
    }

    mutating func drop(_ count: Int, of leg: MergeLeg, as fate: WritableKeyPath<MergeLegCounters, UInt64>) {
        self[leg].counters[keyPath: fate] &+= UInt64(max(0, count))
        self[leg].held.removeFirst(count)
    }
}
