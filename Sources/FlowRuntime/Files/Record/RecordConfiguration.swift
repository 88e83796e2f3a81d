import FlowModel

/// Where a stream is recorded, and how it is cut.
struct RecordConfiguration: Hashable, Sendable {
    var pattern: SegmentPattern
    var segmentDuration: Duration
    /// How long finished segments stay, by when they were last written; nil for ever.
    var keep: Duration?
    /// How much may wait for the disk, in bytes.
    var queueLimit = PayloadQueue.defaultLimit

    init(pattern: SegmentPattern, segmentDuration: Duration = .seconds(60), keep: Duration? = nil) {
        self.pattern = pattern
        self.segmentDuration = segmentDuration
        self.keep = keep
    }

    init(_ output: RecordOutput) throws(SegmentPattern.PatternError) {
        self.init(
            pattern: try SegmentPattern(output.path),
            segmentDuration: output.segmentDuration,
            keep: output.keep
        )
    }
}

/// What a recorder has done so far. Counters only grow.
struct RecordStatistics: Hashable, Sendable {
    /// Bytes and TS packets that reached the file.
    var bytes: UInt64 = 0
    var packets: UInt64 = 0
    /// Segments that were completed.
    var segments: UInt64 = 0
    /// Segments that retention removed.
    var segmentsRemoved: UInt64 = 0
    /// Payloads that the queue had no room for.
    var payloadsDropped: UInt64 = 0
    var bytesDropped: UInt64 = 0
    /// Packets that came while no segment could be written.
    var packetsUnwritten: UInt64 = 0
    /// Bytes that were no whole packets.
    var bytesDiscarded: UInt64 = 0
    /// Bytes that wait for the disk.
    var queuedBytes = 0
    /// The segment that is being written, by its final name.
    var currentPath: String?
    /// Why nothing is written now; nil while all is well.
    var failure: String?
    /// The last failure, also when it is over.
    var lastError: String?
}
