/// The continuity counters with which packets that follow each other begin and end, by PID: what tells which of two such
/// segments comes first when they have no packet in common.
struct SegmentCounters: Sendable {
    private struct Counter: Sendable {
        var pid: UInt16
        var first: UInt8
        var last: UInt8
    }

    /// How many packets are looked at, at either end.
    private static let mostLookedAt = 32
    private static let mostPIDs = 8

    private var counters: [Counter] = []

    init(_ trail: PacketTrail, _ positions: Range<Int>) {
        let positions = positions.clamped(to: trail.start..<trail.end)
        for position in positions.prefix(Self.mostLookedAt) { note(trail[position].identity) }
        // PIDs that come only at the end are left out: where they begin is not known.
        let rest = positions.dropFirst(Self.mostLookedAt).suffix(Self.mostLookedAt)
        for position in rest { noteLast(trail[position].identity) }
    }

    /// How many packets are missing before each of the PIDs begins, modulo 16 and in all.
    ///
    /// - Parameters:
    ///   - former: the segment that comes between.
    ///   - mayRepeat: whether a counter that comes again is rather of the same packet than of the sixteenth.
    func gap(after continuity: ContinuityMap, _ former: SegmentCounters? = nil, mayRepeat: Bool) -> Int {
        var gap = 0
        for counter in counters {
            guard let last = former?.last(pid: counter.pid) ?? continuity.last(pid: counter.pid) else { continue }
            let distance = ContinuityMap.distance(from: last, to: counter.first)
            gap += distance == ContinuityMap.period - 1 && mayRepeat ? 0 : distance
        }
        return gap
    }

    /// Whether each of the PIDs goes on where it ended, and at least one is known.
    func follows(_ continuity: ContinuityMap) -> Bool {
        isKnown(to: continuity)
            && counters.allSatisfy { counter in
                continuity.last(pid: counter.pid).map { ContinuityMap.distance(from: $0, to: counter.first) == 0 }
                    ?? true
            }
    }

    /// Whether one of the PIDs came before.
    func isKnown(to continuity: ContinuityMap) -> Bool {
        counters.contains { continuity.last(pid: $0.pid) != nil }
    }

    private func last(pid: UInt16) -> UInt8? { counters.first { $0.pid == pid }?.last }

    private mutating func note(_ packet: PacketIdentity) {
        guard packet.traits.contains(.counts), !noteLast(packet), counters.count < Self.mostPIDs else { return }
        let counter = packet.fingerprint.counter
        counters.append(Counter(pid: packet.pid, first: counter, last: counter))
    }

    /// Whether the PID is known.
    @discardableResult
    private mutating func noteLast(_ packet: PacketIdentity) -> Bool {
        guard packet.traits.contains(.counts), let index = counters.firstIndex(where: { $0.pid == packet.pid }) else {
            return false
        }
        counters[index].last = packet.fingerprint.counter
        return true
    }
}
