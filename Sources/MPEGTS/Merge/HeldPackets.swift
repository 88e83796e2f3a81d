import Media

/// Packets of a leg that wait, in order, because it is not known where in the stream they belong.
struct HeldPackets: Sendable {
    struct Entry: Sendable {
        var fingerprint: PacketFingerprint
        var arrival: MonotonicTime
        /// When the sender sent it, by whatever clock.
        var sent: MonotonicTime
        /// The leg lost something right before.
        var isAfterLoss: Bool
        /// Hardly any other packet of the stream is the same: no stuffing, and none of the tables that repeat.
        var isDistinctive: Bool
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// How many at the beginning are gone.
    private var gone = 0

    var count: Int { entries.count - gone }
    var isEmpty: Bool { count == 0 }
    var first: Entry? { isEmpty ? nil : entries[gone] }
    var reservedByteCount: Int { bytes.capacity + entries.capacity * MemoryLayout<Entry>.stride }

    subscript(_ index: Int) -> Entry { entries[gone + index] }

    mutating func append(_ packet: TSPacket, _ entry: Entry) {
        if gone > 0, gone * 2 >= entries.count { compact() }
        bytes.append(contentsOf: packet.bytes)
        entries.append(entry)
    }

    func withFirst(_ body: (TSPacket) -> Void) {
        guard !isEmpty else { return }
        bytes.withUnsafeBytes { bytes in
            let start = gone * TSPacket.byteCount
            if let packet = TSPacket(UnsafeRawBufferPointer(rebasing: bytes[start..<start + TSPacket.byteCount])) {
                body(packet)
            }
        }
    }

    mutating func removeFirst() {
        gone += 1
        if isEmpty { removeAll() }
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
        entries.removeAll(keepingCapacity: entries.capacity <= 1 << 12)
        gone = 0
    }

    /// The shortest run from the first packet on that tells its place in the stream; nil while there is none.
    var head: [PacketFingerprint]? { run(from: 0, step: 1) }

    /// How many packets stand before the next loss, when none of them is distinctive: their place cannot be told.
    var blindCount: Int {
        var index = 0
        while index < count, !self[index].isDistinctive, index < TSMerger.longestRun {
            index += 1
            if index < count, self[index].isAfterLoss { return index }
        }
        return index == TSMerger.longestRun ? index : 0
    }

    /// The shortest run up to the last packet that tells its place in the stream, and where it begins.
    var tail: (index: Int, run: [PacketFingerprint])? {
        run(from: count - 1, step: -1).map { (count - $0.count, $0.reversed()) }
    }

    /// Where a run stands.
    func index(of run: [PacketFingerprint]) -> Int? {
        guard run.count <= count else { return nil }
        return (0...count - run.count).first { index in
            run.indices.allSatisfy { self[index + $0].fingerprint == run[$0] }
        }
    }

    private func run(from start: Int, step: Int) -> [PacketFingerprint]? {
        var run: [PacketFingerprint] = []
        var distinctive = 0
        var index = start
        while index >= 0, index < count, run.count < TSMerger.longestRun {
            run.append(self[index].fingerprint)
            if self[index].isDistinctive { distinctive += 1 }
            if run.count >= TSMerger.shortestRun, distinctive >= TSMerger.distinctiveInRun { return run }
            // What is behind a loss does not stand next to it: what there is before it must do.
            let isCut = step < 0 ? self[index].isAfterLoss : index + 1 < count && self[index + 1].isAfterLoss
            if isCut { return distinctive > 0 ? run : nil }
            index += step
        }
        return nil
    }

    private mutating func compact() {
        bytes.removeFirst(gone * TSPacket.byteCount)
        entries.removeFirst(gone)
        gone = 0
    }
}
