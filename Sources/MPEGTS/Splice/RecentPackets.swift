public import Media

/// The last packets of a stream that is not on its way to anyone: what lets it take over at once, on a picture that needs
/// none before it, and not at its next one.
///
/// It begins with such an entry point and holds at most the last two groups of pictures: the older one is for a stream
/// that takes over in the middle of what it has in common with the former.
public struct RecentPackets: Sendable {
    /// What is beyond this is not kept: the stream then takes over at its next entry point.
    static let maximumBytes = 16 << 20
    /// A stream that has shown no entry point for so long shows none: it may be entered anywhere.
    static let entryTimeout = Duration.seconds(10)
    /// How long the beginning of a stream is kept.
    static let beginningTimeout = Duration.seconds(2)
    /// Sound alone can be entered everywhere; an entry point is kept so often.
    private static let soundEntryInterval = Duration.milliseconds(200)

    private var storage: [UInt8] = []
    /// Where what is kept begins in `storage`.
    private var start = 0
    /// Of the last two entry points, in `storage`; oldest first.
    private var entries: [Int] = []
    private var aligner = TSAligner()
    private var entryPoint: EntryPoint?
    private var tableChanges: UInt64 = .max
    private var begin: MonotonicTime?
    private var lastEntry: MonotonicTime?
    /// Everything since the stream began is kept, even before the first entry point.
    private(set) var keepsBeginning = false

    public init() {}

    /// Whether the stream can take over.
    public var hasEntry: Bool { !entries.isEmpty }
    private var byteCount: Int { storage.count - start }

    /// All that is kept.
    var all: ArraySlice<UInt8> { storage[start...] }
    /// From the latest entry point on.
    var fromEntry: ArraySlice<UInt8>? { entries.last.map { storage[$0...] } }

    /// Hands over the packets from the latest entry point on, if there is one.
    public func withLatestGroup(_ body: (UnsafeRawBufferPointer) -> Void) {
        fromEntry?.withUnsafeBytes(body)
    }

    /// What cuts the stream into packets, with the beginning of one that is not whole yet.
    mutating func takeAligner() -> TSAligner {
        defer { aligner = TSAligner() }
        return aligner
    }

    /// - Parameter keepingBeginning: of a stream that may go on where it was interrupted, so that nothing of it is to be
    ///   left out.
    public mutating func removeAll(keepingBeginning: Bool = false) {
        storage.removeAll(keepingCapacity: storage.capacity <= 1 << 20)
        start = 0
        entries.removeAll(keepingCapacity: true)
        aligner.reset()
        begin = nil
        lastEntry = nil
        keepsBeginning = keepingBeginning
    }

    /// - Parameter inspector: that of the stream, which has seen the payload.
    public mutating func append(_ payload: UnsafeRawBufferPointer, _ inspector: TSInspector, at now: MonotonicTime) {
        if tableChanges != inspector.tableChanges {
            tableChanges = inspector.tableChanges
            let former = entryPoint
            entryPoint = inspector.leadingStream.map(EntryPoint.init)
            if former != entryPoint, former != nil { removeAll() }
        }
        if begin == nil { begin = now }
        if keepsBeginning, let begin, now >= begin.advanced(by: Self.beginningTimeout) { keepsBeginning = false }
        guard entryPoint != nil || keepsBeginning else { return }
        var aligner = TSAligner()
        swap(&aligner, &self.aligner)
        aligner.append(payload) { append(packets: $0, at: now) }
        swap(&aligner, &self.aligner)
    }

    private mutating func append(packets: UnsafeRawBufferPointer, at now: MonotonicTime) {
        TSPacket.forEach(in: packets) { packet in
            if isEntry(packet, at: now) { enter(at: now) }
            if hasEntry || keepsBeginning { storage.append(contentsOf: packet.bytes) }
        }
        if byteCount > Self.maximumBytes { shrink() }
    }

    /// Lets go of the older group, or of everything when the latest is too large by itself.
    private mutating func shrink() {
        guard !keepsBeginning, entries.count == 2, storage.count - entries[1] <= Self.maximumBytes else {
            return removeAll()
        }
        entries.removeFirst()
        trim()
    }

    private func isEntry(_ packet: TSPacket, at now: MonotonicTime) -> Bool {
        guard let entryPoint, packet.pid == entryPoint.pid, packet.startsPayloadUnit, !packet.hasTransportError else {
            return false
        }
        if !entryPoint.isVideo {
            return lastEntry.map { now >= $0.advanced(by: Self.soundEntryInterval) } ?? true
        }
        if entryPoint.isEntry(packet) { return true }
        guard let from = lastEntry ?? begin else { return false }
        return now >= from.advanced(by: Self.entryTimeout)
    }

    /// What comes next is an entry point.
    private mutating func enter(at now: MonotonicTime) {
        lastEntry = now
        if entries.count == 2 { entries.removeFirst() }
        entries.append(storage.count)
        guard !keepsBeginning else { return }
        trim()
    }

    /// Forgets what is before the older entry point.
    private mutating func trim() {
        guard let oldest = entries.first else { return }
        start = oldest
        // Moved when half of it is free, so that each byte is moved about once.
        guard start > storage.count / 2 else { return }
        storage.removeFirst(start)
        for index in entries.indices { entries[index] -= start }
        start = 0
    }
}
