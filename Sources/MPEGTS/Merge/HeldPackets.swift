/// Packets of a leg that wait, in order. Memory follows their number, and is given back when none waits any more.
struct HeldPackets: Sendable {
    private(set) var trail = PacketTrail(maximumCount: TSMerger.maximumHeldPackets)
    /// The packets' bytes, by position; as many slots as a power of two.
    private var bytes: [UInt8] = []
    private var slotCount = 0
    /// The positions of the packets that something is missing before; those before `firstGap` are gone.
    private var gaps: [Int] = []
    private var firstGap = 0

    private static let fewestSlots = 64
    /// What is kept when nothing waits.
    private static let mostIdleSlots = 1_024

    var count: Int { trail.count }
    var isEmpty: Bool { trail.isEmpty }
    var isFull: Bool { trail.isFull }
    var first: PacketTrail.Entry? { trail.first }
    var reservedByteCount: Int { bytes.count }

    /// Holds a packet back; there is room for it.
    mutating func append(_ packet: TSPacket, _ entry: PacketTrail.Entry) {
        if count == slotCount { grow() }
        let offset = offset(of: trail.end)
        bytes.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress, offset + TSPacket.byteCount <= bytes.count else { return }
            base.advanced(by: offset).copyMemory(from: packet.base, byteCount: TSPacket.byteCount)
        }
        if entry.identity.traits.contains(.afterGap) { gaps.append(trail.end) }
        trail.append(entry)
    }

    mutating func removeFirst(_ number: Int) {
        trail.removeFirst(number)
        if isEmpty { removeAll() }
        while firstGap < gaps.count, gaps[firstGap] < trail.start { firstGap += 1 }
        if firstGap > Self.fewestSlots, 2 * firstGap > gaps.count {
            gaps.removeFirst(firstGap)
            firstGap = 0
        }
    }

    mutating func removeAll() {
        trail.removeAll()
        gaps.removeAll(keepingCapacity: gaps.count <= Self.mostIdleSlots)
        firstGap = 0
        if slotCount > Self.mostIdleSlots {
            bytes = []
            slotCount = 0
        }
    }

    /// How many packets at the front nothing is missing between. What is missing before the first is not asked.
    ///
    /// - Parameter limit: no more than that.
    func segmentLength(limit: Int) -> Int {
        var next = firstGap
        if next < gaps.count, gaps[next] == trail.start { next += 1 }
        let end = next < gaps.count ? gaps[next] : trail.end
        return min(limit, end - trail.start)
    }

    func isAfterGap(_ position: Int) -> Bool { trail[position].identity.traits.contains(.afterGap) }

    /// Hands over the first packets in as few runs as they lie in memory.
    func forEachRun(ofFirst number: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        var position = trail.start
        let end = min(position + number, trail.end)
        bytes.withUnsafeBytes { bytes in
            while position < end {
                let offset = offset(of: position)
                let length = min(end - position, slotCount - offset / TSPacket.byteCount)
                body(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length * TSPacket.byteCount]))
                position += length
            }
        }
    }

    private func offset(of position: Int) -> Int { (position & (slotCount - 1)) * TSPacket.byteCount }

    private mutating func grow() {
        let old = self
        slotCount = max(2 * slotCount, Self.fewestSlots)
        bytes = [UInt8](repeating: 0, count: slotCount * TSPacket.byteCount)
        var position = trail.start
        bytes.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            old.forEachRun(ofFirst: old.count) { run in
                guard let start = run.baseAddress else { return }
                // A run may go on at the beginning of the larger memory.
                for index in 0..<run.count / TSPacket.byteCount {
                    let offset = (position & (bytes.count / TSPacket.byteCount - 1)) * TSPacket.byteCount
                    base.advanced(by: offset)
                        .copyMemory(from: start + index * TSPacket.byteCount, byteCount: TSPacket.byteCount)
                    position += 1
                }
            }
        }
    }
}
