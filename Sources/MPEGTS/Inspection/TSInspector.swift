public import Media

/// Looks at every packet of a transport stream on its way: counts, checks continuity and sync, follows PAT, PMT and PCR,
/// and watches for the faults of ETSI TR 101 290.
///
/// A value with copy-on-write storage. It holds nothing until the first payload and then about 45 kB; looking at a
/// payload allocates only when a PID or a table is new.
public struct TSInspector: @unchecked Sendable {
    // The storage is a class that no two values share while one of them changes it: that makes this Sendable.

    /// PIDs beyond this many are counted together and not checked.
    public static let maximumPIDs = 512

    private var core: InspectorCore?

    public init() {}

    /// Looks at one payload. It usually holds seven whole packets; one that does not start on a packet is followed
    /// across payloads when it goes on where the last one ended, else a loss of sync is counted.
    public mutating func inspect(_ payload: UnsafeRawBufferPointer, at arrival: MonotonicTime) {
        guard !payload.isEmpty else { return }
        let core = uniqueCore()
        core.begin(at: arrival)
        core.inspect(payload)
        core.end()
    }

    /// Looks at each payload of a batch.
    public mutating func inspect(_ batch: PacketBatch) {
        guard !batch.payloads.isEmpty else { return }
        let core = uniqueCore()
        core.begin(at: batch.arrival)
        for payload in batch.payloads where !payload.isEmpty { core.inspect(payload) }
        core.end()
    }

    /// Whether the last payload (or batch) held a random access point of a video stream at the start of a PES packet.
    public var sawVideoRandomAccess: Bool { core?.sawVideoRandomAccess ?? false }

    /// Whether a program with a video stream is known.
    public var hasVideo: Bool { core?.hasVideo ?? false }

    /// Whether packets of this PID carry tables: those with fixed PIDs, ISO/IEC 13818-1 §2.4.3 and ETSI EN 300 468 §5.1.3,
    /// or a PMT that the PAT names.
    public func carriesTables(pid: UInt16) -> Bool { pid < 0x20 || core?.isTable(pid) ?? false }

    /// Whether whole packets have been found.
    public var hasSeenPackets: Bool { (core?.packets ?? 0) > 0 }

    public func snapshot() -> TSSnapshot {
        core?.snapshot() ?? TSSnapshot()
    }

    /// Counts of what passed, cheap to ask for.
    public var packets: UInt64 { core?.packets ?? 0 }
    public var nullPackets: UInt64 { core?.nullPackets ?? 0 }
    public var continuityErrors: UInt64 { core?.continuityErrors ?? 0 }
    /// PES packets of video streams that began.
    public var pictures: UInt64 { core?.pictures ?? 0 }
    /// How often a PES packet began with another decode time than the one before on its PID: stands still when the
    /// stream's times do.
    public var timeSteps: UInt64 { core?.timeSteps ?? 0 }

    /// Another stream begins on this way, as when its sender connected anew: counters are not expected to go on, nor is
    /// the clock. What was counted stays.
    public mutating func restart() {
        guard core != nil else { return }
        uniqueCore().restart()
    }

    // MARK: Position

    /// PAT and PMT as they were last, in packets: what a demuxer that begins in the middle needs first.
    public func tablePackets() -> [UInt8] {
        var buffer = TSPacketBuffer()
        var counters: [UInt16: UInt8] = [:]
        func append(_ section: [UInt8], _ pid: UInt16) {
            buffer.appendSection(section, pid: pid) {
                defer { counters[pid, default: 0] &+= 1 }
                return counters[pid, default: 0] & 0x0F
            }
        }
        let tables = tables
        for section in tables.association { append(section, 0) }
        for program in tables.programs { append(program.section, program.mapPID) }
        var packets: [UInt8] = []
        buffer.take { packets.append(contentsOf: $0) }
        return packets
    }

    /// Where the stream stands.
    public var position: TSPosition { core?.position() ?? TSPosition() }

    /// When the last picture began to arrive, or sound of a stream without pictures.
    public var leadingArrival: MonotonicTime? {
        leadingStream.flatMap { stream($0.pid) }.flatMap { $0.decodeTime == nil ? nil : $0.arrival }
    }

    /// Grows when PAT or PMT change.
    var tableChanges: UInt64 { core?.tableChanges ?? 0 }
    var tables: TSTables { core?.knownTables ?? TSTables() }
    var lastClockMark: ClockMark? { core?.marks.newestFirst.first { _ in true } }
    var leadingStream: TSStream? { core?.leadingStream }

    func stream(_ pid: UInt16) -> TSPosition.Stream? { core?.stream(pid) }

    /// Whether one of the clocks that came is the same packet as one that came to the other: then both are one stream.
    func shares(clockWith other: [ClockMark]) -> Bool {
        core?.marks.newestFirst.contains { mark in other.contains { $0.isSame(as: mark) } } ?? false
    }

    /// The last packets with a clock, newest first.
    var clockMarks: [ClockMark] { core.map { Array($0.marks.newestFirst) } ?? [] }

    /// Which storage this uses: tells tests that looking at a payload does not copy it.
    var storage: ObjectIdentifier? { core.map(ObjectIdentifier.init) }

    private mutating func uniqueCore() -> InspectorCore {
        // First the question, then the reference: one held here would count.
        if isKnownUniquelyReferenced(&core), let core {
            core.sawVideoRandomAccess = false
            return core
        }
        let fresh = core.map(InspectorCore.init(copying:)) ?? InspectorCore()
        fresh.sawVideoRandomAccess = false
        core = fresh
        return fresh
    }
}
