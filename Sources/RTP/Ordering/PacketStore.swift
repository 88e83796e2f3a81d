/// Copies of packets, each in a slot of the same size.
///
/// Memory is taken a chunk of slots at a time, as packets come, and given back but for a few chunks when none is left. The
/// owner keeps slot numbers and lengths.
struct PacketStore: Sendable {
    static let slotsPerChunk = 32
    /// How many chunks stay when nothing is stored.
    static let chunksKept = 4

    let slotByteCount: Int
    private(set) var storedCount = 0
    private var chunks: [[UInt8]] = []
    private var freeSlots: [Int32] = []

    init(slotByteCount: Int) {
        self.slotByteCount = slotByteCount
    }

    /// Bytes of memory that the slots take now.
    var reservedByteCount: Int { chunks.count * Self.slotsPerChunk * slotByteCount }

    /// Copies at most `slotByteCount` bytes into a free slot.
    mutating func store(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        if freeSlots.isEmpty { addChunk() }
        let slot = freeSlots.removeLast()
        storedCount += 1
        let (chunk, offset) = place(of: slot)
        let byteCount = min(bytes.count, slotByteCount)
        chunks[chunk].withUnsafeMutableBytes {
            UnsafeMutableRawBufferPointer(rebasing: $0[offset..<offset + byteCount])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<byteCount]))
        }
        return slot
    }

    /// Lends the first `count` bytes of a slot.
    func withBytes(of slot: Int32, count: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        let (chunk, offset) = place(of: slot)
        chunks[chunk].withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count])) }
    }

    mutating func release(_ slot: Int32) {
        freeSlots.append(slot)
        storedCount -= 1
        if storedCount == 0, chunks.count > Self.chunksKept { trim() }
    }

    private func place(of slot: Int32) -> (chunk: Int, offset: Int) {
        let (chunk, index) = Int(slot).quotientAndRemainder(dividingBy: Self.slotsPerChunk)
        return (chunk, index * slotByteCount)
    }

    private mutating func addChunk() {
        let first = Int32(chunks.count * Self.slotsPerChunk)
        chunks.append(Array(repeating: 0, count: Self.slotsPerChunk * slotByteCount))
        for slot in (first..<first + Int32(Self.slotsPerChunk)).reversed() { freeSlots.append(slot) }
    }

    private mutating func trim() {
        chunks.removeLast(chunks.count - Self.chunksKept)
        freeSlots = (0..<Int32(Self.chunksKept * Self.slotsPerChunk)).reversed()
    }
}
