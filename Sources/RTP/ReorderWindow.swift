import Media

/// Packets that came early and wait for those before them. Memory is taken when the first one has to wait.
struct ReorderWindow: Sendable {
    let slotCount: Int
    private let slotByteCount: Int
    private(set) var heldCount = 0

    private var bytes: [UInt8] = []
    private var slots: [Slot] = []

    private struct Slot: Sendable {
        var isHeld = false
        var sequence: UInt16 = 0
        var byteCount = 0
        var arrival = MonotonicTime.zero
    }

    /// - Parameters:
    ///   - slotCount: a power of two, at most 32,768.
    init(slotCount: Int, slotByteCount: Int) {
        self.slotCount = slotCount
        self.slotByteCount = slotByteCount
    }

    private func index(of sequence: UInt16) -> Int { Int(sequence) % slotCount }

    func holds(_ sequence: UInt16) -> Bool {
        guard heldCount > 0 else { return false }
        let slot = slots[index(of: sequence)]
        return slot.isHeld && slot.sequence == sequence
    }

    /// Whether a later packet already waits.
    func isBehindHeld(_ sequence: UInt16) -> Bool {
        heldCount > 0 && slots.contains { $0.isHeld && $0.sequence &- sequence < UInt16.max / 2 }
    }

    /// The first held packet at or after `sequence`.
    func earliest(from sequence: UInt16) -> (sequence: UInt16, arrival: MonotonicTime)? {
        var found: Slot?
        for slot in slots where slot.isHeld {
            if let known = found, known.sequence &- sequence <= slot.sequence &- sequence { continue }
            found = slot
        }
        return found.map { ($0.sequence, $0.arrival) }
    }

    /// Copies a payload of at most `slotByteCount` bytes. Its slot is free: the caller moved the window far enough.
    mutating func hold(_ payload: UnsafeRawBufferPointer, sequence: UInt16, arrival: MonotonicTime) {
        if slots.isEmpty {
            slots = Array(repeating: Slot(), count: slotCount)
            bytes = Array(repeating: 0, count: slotCount * slotByteCount)
        }
        let index = index(of: sequence)
        let byteCount = min(payload.count, slotByteCount)
        if !slots[index].isHeld { heldCount += 1 }
        slots[index] = Slot(isHeld: true, sequence: sequence, byteCount: byteCount, arrival: arrival)
        bytes.withUnsafeMutableBytes {
            UnsafeMutableRawBufferPointer(rebasing: $0[(index * slotByteCount)...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: payload[..<byteCount]))
        }
    }

    /// Passes on a held packet and frees its slot.
    mutating func take(_ sequence: UInt16, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        let index = index(of: sequence)
        slots[index].isHeld = false
        heldCount -= 1
        let start = index * slotByteCount
        let end = start + slots[index].byteCount
        bytes.withUnsafeBytes { deliver(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
    }

    mutating func removeAll() {
        guard heldCount > 0 else { return }
        for index in slots.indices { slots[index].isHeld = false }
        heldCount = 0
    }
}

/// Which of the last 128 sequence numbers were passed on: tells a duplicate from a packet that came too late.
struct DeliveryHistory: Sendable {
    static let capacity = 128

    /// Bit 0 is the newest.
    private var recent: UInt64 = 0
    private var older: UInt64 = 0

    init() {}

    mutating func append(delivered: Bool) {
        older = older << 1 | recent >> 63
        recent = recent << 1 | (delivered ? 1 : 0)
    }

    mutating func append(lost count: Int) {
        for _ in 0..<min(count, Self.capacity) { append(delivered: false) }
    }

    /// - Parameter distanceBack: 1 for the newest.
    func wasDelivered(distanceBack: Int) -> Bool {
        guard distanceBack >= 1, distanceBack <= Self.capacity else { return false }
        let bit = distanceBack - 1
        return (bit < 64 ? recent >> UInt64(bit) : older >> UInt64(bit - 64)) & 1 != 0
    }
}
