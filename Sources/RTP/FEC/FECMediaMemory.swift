/// The last media packets of a stream, by sequence number.
struct FECMediaMemory: Sendable {
    /// Enough for the first matrix of 100 packets, of which nothing is known before its first FEC packet.
    static let fewestPackets = 128

    /// How many numbers are known. A power of two, so that numbers on both sides of the wrap have places of their own.
    private(set) var capacity = fewestPackets
    /// The highest number so far.
    private(set) var newest: UInt16
    /// Numbers that were left without a packet: neither came nor were recovered.
    private(set) var left: UInt64 = 0

    /// How many numbers up to `newest` the stream has had, at most `capacity`.
    private var depth = 0
    private var entries: [Entry]
    private var store: PacketStore

    private struct Entry: Sendable {
        var isHeld = false
        var sequence: UInt16 = 0
        var slot: Int32 = 0
        var byteCount = 0
    }

    init(startingAt sequence: UInt16, packetByteCount: Int) {
        newest = sequence &- 1
        entries = Array(repeating: Entry(), count: Self.fewestPackets)
        store = PacketStore(slotByteCount: packetByteCount)
    }

    /// Bytes of memory that packets take.
    var reservedByteCount: Int { store.reservedByteCount }

    private func index(of sequence: UInt16) -> Int { Int(sequence) & (capacity - 1) }

    func holds(_ sequence: UInt16) -> Bool {
        let entry = entries[index(of: sequence)]
        return entry.isHeld && entry.sequence == sequence
    }

    /// Whether a number is among the last ones that the stream has had.
    func isKnown(_ sequence: UInt16) -> Bool { Int(newest &- sequence) < depth }

    func withPacket(_ sequence: UInt16, _ body: (UnsafeRawBufferPointer) -> Void) {
        let entry = entries[index(of: sequence)]
        guard entry.isHeld, entry.sequence == sequence else { return }
        store.withBytes(of: entry.slot, count: entry.byteCount, body)
    }

    /// Copies a packet. False when it is held, or is older than what is known.
    mutating func insert(_ packet: UnsafeRawBufferPointer, sequence: UInt16) -> Bool {
        let ahead = sequence &- newest
        if ahead <= UInt16.max / 2 {
            for _ in 0..<ahead { advance() }
        } else if !isKnown(sequence) {
            return false
        }
        let index = index(of: sequence)
        guard !entries[index].isHeld else { return false }
        entries[index] = Entry(
            isHeld: true,
            sequence: sequence,
            slot: store.store(packet),
            byteCount: min(packet.count, store.slotByteCount)
        )
        return true
    }

    /// Remembers at least this many numbers from now on.
    mutating func grow(to count: Int) {
        guard count > capacity else { return }
        let old = entries
        while capacity < count { capacity *= 2 }
        entries = Array(repeating: Entry(), count: capacity)
        for entry in old where entry.isHeld { entries[index(of: entry.sequence)] = entry }
    }

    /// The next number becomes the newest; the oldest one leaves.
    private mutating func advance() {
        newest &+= 1
        let index = index(of: newest)
        if entries[index].isHeld {
            entries[index].isHeld = false
            store.release(entries[index].slot)
        } else if depth == capacity {
            left &+= 1
        }
        depth = min(depth + 1, capacity)
    }
}
