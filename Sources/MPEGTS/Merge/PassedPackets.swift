import Media

/// What a merge passed on lately: the fingerprint of each packet, by its place in the stream.
///
/// Memory follows the number of packets in the time that is to be remembered.
struct PassedPackets: Sendable {
    /// Which leg brought a packet, and when that one's sender had sent it.
    struct Origin: Sendable {
        var leg: MergeLeg
        var sent: MonotonicTime
    }

    private static let fewestEntries = 1_024
    /// A second at 100 Mbit/s; then less time is remembered.
    static let mostEntries = 65_536

    private struct Entry: Sendable {
        var fingerprint: PacketFingerprint
        var origin: Origin
    }

    /// The place of the next packet.
    private(set) var end: UInt64 = 0
    /// The oldest place that is known.
    var start: UInt64 { end - UInt64(count) }

    private let horizon: Duration
    /// By place; its count is a power of two, or 0.
    private var entries: [Entry] = []
    private var count = 0

    init(horizon: Duration) { self.horizon = horizon }

    mutating func append(_ fingerprint: PacketFingerprint, _ origin: Origin) {
        if count == entries.count { makeRoom(at: origin.sent) }
        entries[index(of: end)] = Entry(fingerprint: fingerprint, origin: origin)
        end += 1
        count = min(count + 1, entries.count)
    }

    func holds(_ fingerprint: PacketFingerprint, at place: UInt64) -> Bool {
        place >= start && place < end && entries[index(of: place)].fingerprint == fingerprint
    }

    /// Nil for a place that is not known.
    func origin(of place: UInt64) -> Origin? {
        place >= start && place < end ? entries[index(of: place)].origin : nil
    }

    /// Where a run of packets stands: the first place from `first` on, or the last one of all when that is nil.
    func place(of run: [PacketFingerprint], from first: UInt64?) -> UInt64? {
        guard !run.isEmpty, UInt64(run.count) <= UInt64(count) else { return nil }
        let last = end - UInt64(run.count)
        let begin = max(first ?? start, start)
        guard begin <= last else { return nil }
        // The newest one first, unless it is to be behind a place.
        let isForward = first != nil
        return entries.withUnsafeBufferPointer { entries in
            var place = isForward ? begin : last
            var left = last - begin + 1
            while left > 0 {
                if entries[Int(truncatingIfNeeded: place) & (entries.count - 1)].fingerprint == run[0],
                    stands(run[...], at: place)
                {
                    return place
                }
                place = isForward ? place &+ 1 : place &- 1
                left -= 1
            }
            return nil
        }
    }

    /// How many packets at the end are the first ones of a run.
    func overlap(with run: [PacketFingerprint]) -> Int {
        (0...min(run.count, count)).last { length in
            stands(run.prefix(length), at: end - UInt64(length))
        } ?? 0
    }

    private func stands(_ run: ArraySlice<PacketFingerprint>, at place: UInt64) -> Bool {
        var place = place
        for fingerprint in run {
            guard entries[index(of: place)].fingerprint == fingerprint else { return false }
            place += 1
        }
        return true
    }

    private func index(of place: UInt64) -> Int { Int(truncatingIfNeeded: place) & (entries.count - 1) }

    /// Doubles the memory while the oldest entry is still to be remembered; else that one gives way.
    private mutating func makeRoom(at now: MonotonicTime) {
        if count > 0 {
            let isOld = now >= entries[index(of: start)].origin.sent.advanced(by: horizon)
            guard !isOld, entries.count < Self.mostEntries else { return }
        }
        let empty = Entry(fingerprint: .none, origin: Origin(leg: .first, sent: .zero))
        var larger = Array(repeating: empty, count: max(entries.count * 2, Self.fewestEntries))
        for place in start..<end {
            larger[Int(truncatingIfNeeded: place) & (larger.count - 1)] = entries[index(of: place)]
        }
        entries = larger
    }
}
