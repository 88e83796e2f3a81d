import MPEGTS
import Media

/// Turns one recorder's payloads into segments. Used by the writer thread alone; time is an argument.
final class Recording {
    /// How long after a segment's time is up a random access point is waited for.
    static let cutGrace = Duration.seconds(1)
    /// How long before that one is taken already, so that a key frame that comes a little early, where segments are a
    /// whole number of them, is not missed. At most a quarter of a segment.
    static let cutLead = Duration.milliseconds(500)
    /// How long after a failure the next segment is tried.
    static let retryInterval = Duration.seconds(5)
    /// How often retention looks, at least; it also does when a segment is complete.
    static let sweepInterval = Duration.seconds(60)
    /// Table packets in front of a random access point that go to the new segment with it.
    static let maximumHeldPackets = 16
    /// Bytes collected before they are written.
    static let bufferByteCount = 256 * 1024

    private let configuration: RecordConfiguration
    private(set) var statistics = RecordStatistics()

    private var aligner = TSAligner()
    private var inspector = TSInspector()
    private var segment: SegmentFile?
    /// When the segment's time is up.
    private var boundary = MonotonicTime.zero
    private var earliestCut = MonotonicTime.zero
    private var retryTime: MonotonicTime?
    private var nextSweep: MonotonicTime?
    /// Bytes of the segment that are not in the file yet.
    private var unwritten: [UInt8] = []
    /// Packets behind the boundary that belong to the segment of what follows them.
    private var held: [UInt8] = []

    init(_ configuration: RecordConfiguration) {
        self.configuration = configuration
    }

    /// Takes payloads in order.
    ///
    /// - Parameters:
    ///   - clock: the wall clock at the monotonic time `now`, in seconds since 1970.
    func consume(_ payload: UnsafeRawBufferPointer, arrival: MonotonicTime, now: MonotonicTime, wallClock: Int64) {
        let age = max(0, now.nanoseconds(since: arrival)) / 1_000_000_000
        aligner.append(payload) { run in
            consume(run: run, arrival: arrival, wallTime: wallClock - age)
        }
    }

    private func consume(run: UnsafeRawBufferPointer, arrival: MonotonicTime, wallTime: Int64) {
        if segment == nil { open(arrival, wallTime) }
        if arrival < earliestCut || segment == nil {
            inspector.inspect(run, at: arrival)
            append(run)
            return
        }
        var rest = run
        while rest.count >= TSPacket.byteCount {
            let packet = UnsafeRawBufferPointer(rebasing: rest[..<TSPacket.byteCount])
            rest = UnsafeRawBufferPointer(rebasing: rest[TSPacket.byteCount...])
            consumeNearBoundary(packet, arrival: arrival, wallTime: wallTime)
        }
    }

    /// Looks for the place to cut: in front of a video random access point and the tables just before it.
    private func consumeNearBoundary(_ bytes: UnsafeRawBufferPointer, arrival: MonotonicTime, wallTime: Int64) {
        inspector.inspect(bytes, at: arrival)
        guard arrival >= earliestCut, let packet = TSPacket(bytes) else {
            append(bytes)
            return
        }
        let latestCut = inspector.hasVideo ? boundary.advanced(by: Self.cutGrace) : boundary
        let isLate = arrival >= latestCut
        if isLate || inspector.sawVideoRandomAccess {
            finishSegment()
            open(arrival, wallTime)
            appendHeld()
            append(bytes)
        } else if inspector.carriesTables(pid: packet.pid),
            held.count < Self.maximumHeldPackets * TSPacket.byteCount
        {
            held.append(contentsOf: bytes)
        } else {
            appendHeld()
            append(bytes)
        }
    }

    private func appendHeld() {
        guard !held.isEmpty else { return }
        var packets: [UInt8] = []
        swap(&packets, &held)
        packets.withUnsafeBytes { append($0) }
        packets.removeAll(keepingCapacity: true)
        swap(&packets, &held)
    }

    private func append(_ packets: UnsafeRawBufferPointer) {
        guard segment != nil else {
            statistics.packetsUnwritten &+= UInt64(packets.count / TSPacket.byteCount)
            return
        }
        unwritten.append(contentsOf: packets)
        if unwritten.count >= Self.bufferByteCount { write() }
    }

    private func open(_ arrival: MonotonicTime, _ wallTime: Int64) {
        if let retryTime, arrival < retryTime { return }
        do throws(SegmentFile.WriteError) {
            let opened = try SegmentFile(configuration.pattern, at: wallTime)
            statistics.currentPath = opened.path
            statistics.failure = nil
            segment = consume opened
            retryTime = nil
            boundary = arrival.advanced(by: configuration.segmentDuration)
            let lead = min(Self.cutLead, configuration.segmentDuration / 4)
            earliestCut = MonotonicTime(nanoseconds: boundary.nanoseconds &- lead.nanoseconds)
        } catch {
            fail(error, at: arrival)
        }
    }

    /// Writes what was collected.
    private func write() {
        guard !unwritten.isEmpty else { return }
        let byteCount = unwritten.count
        var failure: SegmentFile.WriteError?
        unwritten.withUnsafeBytes { bytes in
            do throws(SegmentFile.WriteError) {
                try segment?.write(bytes)
            } catch {
                failure = error
            }
        }
        unwritten.removeAll(keepingCapacity: true)
        guard let failure else {
            statistics.bytes &+= UInt64(byteCount)
            statistics.packets &+= UInt64(byteCount / TSPacket.byteCount)
            return
        }
        statistics.packetsUnwritten &+= UInt64(byteCount / TSPacket.byteCount)
        fail(failure, at: nil)
        closeSegment()
    }

    private func fail(_ error: SegmentFile.WriteError, at time: MonotonicTime?) {
        statistics.failure = error.message
        statistics.lastError = error.message
        retryTime = time?.advanced(by: Self.retryInterval)
        retryIsDue = time == nil
    }

    /// A failure whose time is not known yet: the next `tick` sets when to try again.
    private var retryIsDue = false

    private func finishSegment() {
        write()
        closeSegment()
        nextSweep = nil
    }

    /// Gives the segment its name, or says why it could not.
    private func closeSegment() {
        guard let closing = segment.take() else { return }
        statistics.currentPath = nil
        let hasBytes = closing.byteCount >= TSPacket.byteCount
        do throws(SegmentFile.WriteError) {
            try closing.finish()
            if hasBytes { statistics.segments &+= 1 }
        } catch {
            statistics.failure = error.message
            statistics.lastError = error.message
        }
    }

    /// Called after each round: writes what was collected, ends a segment whose stream fell silent, removes old ones.
    func tick(at now: MonotonicTime, wallClock: Int64) {
        write()
        if retryIsDue {
            retryIsDue = false
            retryTime = now.advanced(by: Self.retryInterval)
        }
        // Twice the grace: what arrived within it may still be on its way here.
        if segment != nil, now >= boundary.advanced(by: Self.cutGrace * 2) {
            appendHeld()
            finishSegment()
        }
        if let keep = configuration.keep, nextSweep.map({ now >= $0 }) ?? true {
            nextSweep = now.advanced(by: Self.sweepInterval)
            let oldest = wallClock - keep.components.seconds
            statistics.segmentsRemoved &+= UInt64(SegmentRetention.sweep(configuration.pattern, oldest: oldest))
        }
        statistics.bytesDiscarded = aligner.discardedBytes
    }

    /// Completes what a crash left behind. Called once, before the first payload.
    func recoverLeftovers() {
        SegmentFile.recoverLeftovers(configuration.pattern)
    }

    /// Ends the recording; nothing follows.
    func finish() {
        appendHeld()
        finishSegment()
        aligner.reset()
        statistics.bytesDiscarded = aligner.discardedBytes
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
    }
}
