import Media

/// Packets that follow each other, by what tells them from others, and where among them a packet stands.
///
/// Positions count on; the oldest packets are forgotten. Memory follows the number of packets that are known.
struct PacketTrail: Sendable {
    struct Entry: Sendable {
        var identity: PacketIdentity
        var arrival: MonotonicTime
        /// By the clock of its leg.
        var sent: MonotonicTime
        /// The leg that brought it first.
        let leg: MergeLeg
        /// A bit for each leg that brought it.
        var legs: UInt8
        /// Another packet with the same content, but for the counter, was known when it came.
        fileprivate(set) var isRepetition = false
        /// The low bits of the position of an older packet in the same bucket.
        fileprivate var older: UInt32 = 0

        init(identity: PacketIdentity, arrival: MonotonicTime, sent: MonotonicTime, of leg: MergeLeg) {
            self.identity = identity
            self.arrival = arrival
            self.sent = sent
            self.leg = leg
            legs = leg.bit
        }
    }

    enum Occurrence: Equatable {
        case never
        /// A packet with this content stands here, and nowhere else.
        case once(Int)
        /// It stands in several places, or with another counter: its place cannot be told.
        case unclear
    }

    private static let fewestEntries = 256
    /// How many packets of a bucket are looked at. There are no more buckets that full than chance has it unless a sender
    /// makes them so; then its packets are not found.
    private static let mostLookedAt = 12

    /// How many packets are compared with others to find what two trails have in common, and with how many.
    static let mostCompared = 64
    private static let mostSearched = 256

    private let maximumCount: Int
    // Not 0, so that the zero of an empty bucket is no position.
    /// The position of the oldest packet that is known.
    private(set) var start = 1
    /// The position of the next packet.
    private(set) var end = 1
    /// By position; its count is a power of two, or 0.
    private var entries: [Entry] = []
    /// The low bits of the newest position in each bucket; as many as entries.
    private var newest: [UInt32] = []

    /// - Parameter maximumCount: a power of two.
    init(maximumCount: Int) {
        self.maximumCount = maximumCount
    }

    var count: Int { end - start }
    var isEmpty: Bool { start == end }
    var isFull: Bool { count == maximumCount }
    var first: Entry? { isEmpty ? nil : entries[slot(of: start)] }

    var last: Entry? { isEmpty ? nil : entries[slot(of: end - 1)] }

    func holds(_ position: Int) -> Bool { position >= start && position < end }

    /// The packet at a position that is held.
    subscript(position: Int) -> Entry {
        get { entries[slot(of: position)] }
        _modify { yield &entries[slot(of: position)] }
    }

    /// Goes on with a packet; there is room for it.
    mutating func append(_ entry: Entry) {
        if count == entries.count { grow() }
        insert(entry)
    }

    mutating func removeFirst(_ number: Int = 1) {
        start += min(number, count)
    }

    /// Forgets the packets, and gives their memory back if it is much.
    mutating func removeAll() {
        start = end
        if entries.count > 16 * Self.fewestEntries {
            entries = []
            newest = []
        }
    }

    /// Where the only packet stands that has this content. Not for packets that recur.
    func occurrence(of fingerprint: PacketFingerprint) -> Occurrence {
        var found: Occurrence = .never
        forEachInBucket(fingerprint.content) { position, entry in
            guard !entry.identity.traits.contains(.recurs),
                entry.identity.fingerprint.content == fingerprint.content
            else { return true }
            let isOnlyOne = found == .never && !entry.isRepetition && entry.identity.fingerprint == fingerprint
            found = isOnlyOne ? .once(position) : .unclear
            return isOnlyOne
        }
        return found
    }

    /// Whether one of the packets from a position on that a leg did not bring may be this one: has the same content, and of
    /// tables the counter, too. Null packets are not known.
    func mayHold(_ packet: PacketIdentity, from first: Int, notOf leg: MergeLeg) -> Bool {
        let recurs = packet.traits.contains(.recurs)
        var isHeld = false
        forEachInBucket(recurs ? packet.fingerprint.bits : packet.fingerprint.content) { position, entry in
            guard position >= first else { return false }
            isHeld =
                entry.legs & leg.bit == 0 && entry.identity.traits.contains(.recurs) == recurs
                && entry.identity.fingerprint.content == packet.fingerprint.content
                && (!recurs || entry.identity.fingerprint == packet.fingerprint)
            return !isHeld
        }
        return isHeld
    }

    /// Whether a range of packets begins with what some of another trail go on with, up to the end of either. Null packets
    /// alone tell nothing.
    func begins(_ range: Range<Int>, within other: PacketTrail, _ otherRange: Range<Int>) -> Bool {
        let range = range.prefix(Self.mostCompared)
        guard let telling = range.first(where: { !self[$0].identity.traits.contains(.null) }) else { return false }
        let fingerprint = self[telling].identity.fingerprint
        let before = telling - range.lowerBound
        return otherRange.prefix(Self.mostSearched).dropFirst(before).contains { place in
            guard other[place].identity.fingerprint == fingerprint else { return false }
            let length = min(range.count, otherRange.upperBound - (place - before))
            return (0..<length).allSatisfy {
                self[range.lowerBound + $0].identity.fingerprint == other[place - before + $0].identity.fingerprint
            }
        }
    }

    private func slot(of position: Int) -> Int { position & (entries.count - 1) }

    private func bucket(of key: UInt64) -> Int {
        Int(truncatingIfNeeded: key >> 24 ^ key) & (newest.count - 1)
    }

    /// Walks the packets of a bucket, newest first, until `body` returns false.
    private func forEachInBucket(_ key: UInt64, _ body: (Int, Entry) -> Bool) {
        guard !isEmpty else { return }
        var limit = end
        var stored = newest[bucket(of: key)]
        for _ in 0..<Self.mostLookedAt {
            guard let position = position(of: stored, before: limit) else { return }
            let entry = entries[slot(of: position)]
            guard body(position, entry) else { return }
            stored = entry.older
            limit = position
        }
    }

    /// A position from its low bits, when it is held and before `limit`.
    private func position(of stored: UInt32, before limit: Int) -> Int? {
        let position = start + Int(stored &- UInt32(truncatingIfNeeded: start))
        return position < limit ? position : nil
    }

    private mutating func insert(_ entry: Entry) {
        var entry = entry
        let (fingerprint, traits) = (entry.identity.fingerprint, entry.identity.traits)
        if !traits.contains(.null) {
            // Those that recur have a place for each counter, the others one for all.
            let bucket = bucket(of: traits.contains(.recurs) ? fingerprint.bits : fingerprint.content)
            entry.older = newest[bucket]
            if let position = position(of: entry.older, before: end) {
                let former = entries[slot(of: position)]
                if former.identity.fingerprint.content == fingerprint.content {
                    // It stands for the former, too: content that comes all the time does not hide what else is there.
                    entry.isRepetition = true
                    entry.older = former.older
                }
            }
            newest[bucket] = UInt32(truncatingIfNeeded: end)
        }
        entries[slot(of: end)] = entry
        end += 1
    }

    private mutating func grow() {
        let old = self
        let empty = Entry(identity: .none, arrival: .zero, sent: .zero, of: .first)
        let entryCount = max(2 * entries.count, Self.fewestEntries)
        entries = Array(repeating: empty, count: entryCount)
        newest = Array(repeating: 0, count: entryCount)
        end = start
        for position in old.start..<old.end {
            let former = old.entries[old.slot(of: position)]
            insert(former)
            if former.isRepetition { self[position].isRepetition = true }
        }
    }
}
