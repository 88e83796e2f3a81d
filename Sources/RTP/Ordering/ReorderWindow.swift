import Media

/// Packets that came early and wait for those before them.
///
/// Everything takes the same time however many wait, but for `earliest`, which walks the gap that it jumps. Memory is
/// taken when the first packet has to wait, and grows with what is held.
struct ReorderWindow: Sendable {
    /// How many numbers from the expected one on may be held. At most 32,768.
    let capacity: Int
    private(set) var heldCount = 0

    /// By sequence number; its count is a power of two, and what is held spans less than that.
    private var entries: [Entry] = []
    /// A bit for each entry that is held.
    private var held: [UInt64] = []
    private var store: PacketStore
    /// The highest number held. As are the next two, valid while something is held.
    private var highest: UInt16 = 0
    /// The ends of the chain of held packets, in the order in which they came.
    private var firstArrived: UInt16 = 0
    private var lastArrived: UInt16 = 0

    /// The fewest entries that are allocated: one word of `held`.
    private static let fewestEntries = 64
    /// How many entries stay when nothing is held.
    private static let entriesKept = 4096

    private struct Entry: Sendable {
        var arrival = MonotonicTime.zero
        var slot: Int32 = 0
        var byteCount: UInt16 = 0
        /// The packets that came before and after this one; only valid between `firstArrived` and `lastArrived`.
        var previous: UInt16 = 0
        var next: UInt16 = 0
    }

    init(capacity: Int, slotByteCount: Int) {
        self.capacity = capacity
        store = PacketStore(slotByteCount: slotByteCount)
    }

    var slotByteCount: Int { store.slotByteCount }
    /// Bytes of memory that payloads take now.
    var reservedByteCount: Int { store.reservedByteCount }
    /// When the packet that waits longest came.
    var oldestArrival: MonotonicTime? { heldCount > 0 ? entries[index(of: firstArrived)].arrival : nil }

    private func index(of sequence: UInt16) -> Int { Int(sequence) & (entries.count - 1) }

    private func isHeld(at index: Int) -> Bool { held[index >> 6] >> UInt64(index & 63) & 1 != 0 }

    /// Whether a number less than `capacity` after the expected one is held.
    func holds(_ sequence: UInt16, expected: UInt16) -> Bool {
        guard heldCount > 0, Int(sequence &- expected) < entries.count else { return false }
        return isHeld(at: index(of: sequence))
    }

    /// Whether a later packet already waits.
    func isBehindHeld(_ sequence: UInt16) -> Bool { heldCount > 0 && highest &- sequence < UInt16.max / 2 }

    /// The first held number at or after `expected`.
    func earliest(from expected: UInt16) -> UInt16? {
        guard heldCount > 0 else { return nil }
        var index = index(of: expected)
        // A word more than there are: the first one is looked at twice when the walk starts within it.
        for _ in 0...held.count {
            let word = held[index >> 6] >> UInt64(index & 63)
            if word != 0 {
                let found = index + word.trailingZeroBitCount
                return expected &+ UInt16(truncatingIfNeeded: found &- Int(expected)) & UInt16(entries.count - 1)
            }
            index = ((index | 63) + 1) & (entries.count - 1)
        }
        return nil
    }

    /// Copies a payload of at most `slotByteCount` bytes, whose number is less than `capacity` after the expected one and
    /// not held.
    mutating func hold(
        _ payload: UnsafeRawBufferPointer,
        sequence: UInt16,
        expected: UInt16,
        arrival: MonotonicTime
    ) {
        let distance = Int(sequence &- expected)
        if distance >= entries.count { grow(toHold: distance + 1, expected: expected) }
        let index = index(of: sequence)
        entries[index] = Entry(
            arrival: arrival,
            slot: store.store(payload),
            byteCount: UInt16(min(payload.count, slotByteCount)),
            previous: lastArrived
        )
        if heldCount == 0 {
            firstArrived = sequence
            highest = sequence
        } else {
            entries[self.index(of: lastArrived)].next = sequence
            if highest &- expected < sequence &- expected { highest = sequence }
        }
        lastArrived = sequence
        held[index >> 6] |= 1 << UInt64(index & 63)
        heldCount += 1
    }

    /// Passes on a held packet and frees its slot.
    mutating func take(_ sequence: UInt16, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        let entry = entries[index(of: sequence)]
        store.withBytes(of: entry.slot, count: Int(entry.byteCount), deliver)
        forget(sequence)
    }

    mutating func removeAll(from expected: UInt16) {
        while let sequence = earliest(from: expected) { forget(sequence) }
    }

    private mutating func forget(_ sequence: UInt16) {
        let index = index(of: sequence)
        let entry = entries[index]
        if sequence == firstArrived {
            firstArrived = entry.next
        } else {
            entries[self.index(of: entry.previous)].next = entry.next
        }
        if sequence == lastArrived {
            lastArrived = entry.previous
        } else {
            entries[self.index(of: entry.next)].previous = entry.previous
        }
        held[index >> 6] &= ~(1 << UInt64(index & 63))
        store.release(entry.slot)
        heldCount -= 1
        if heldCount == 0, entries.count > Self.entriesKept {
            entries = []
            held = []
        }
    }

    private mutating func grow(toHold count: Int, expected: UInt16) {
        var entryCount = max(entries.count, Self.fewestEntries)
        while entryCount < count { entryCount *= 2 }
        let old = self
        entries = Array(repeating: Entry(), count: entryCount)
        held = Array(repeating: 0, count: entryCount / 64)
        guard old.heldCount > 0 else { return }
        for distance in 0..<old.entries.count {
            let sequence = expected &+ UInt16(distance)
            guard old.holds(sequence, expected: expected) else { continue }
            let index = index(of: sequence)
            entries[index] = old.entries[old.index(of: sequence)]
            held[index >> 6] |= 1 << UInt64(index & 63)
        }
    }
}
