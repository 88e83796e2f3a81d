import MPEGTS
import Media

/// Plays one file: reads ahead, gives each group of packets its time, and passes on what is due.
///
/// Knows no clock and no thread; `FilePacingThread` calls it, one call at a time.
final class FilePlayer {
    /// How much is read at a time, in bytes.
    static let readByteCount = 64 * 1024
    /// Payloads passed on in one batch.
    static let maximumBatch = 32
    /// Groups passed on in one call, so that a file far behind does not starve the others.
    static let maximumGroupsPerCall = 512
    /// When playing is behind by more than this (the machine slept, a disk stalled) it goes on from now.
    static let maximumLag: Int64 = 1_000_000_000

    enum Outcome: Hashable {
        /// Call again at this time.
        case due(MonotonicTime)
        /// The sink was told why.
        case ended(reason: String, isFailure: Bool)
    }

    static let endOfFile = "end of file"

    private let source: FileSource
    private let sink: any InputSink
    private let loops: Bool

    private var aligner = TSAligner()
    private var pacer = TSPacer()
    private var timeline: LoopTimeline?
    private var offset: Int64 = 0
    private var packetsInRound = 0
    private var isAtEnd = false
    /// When the stream's first packet was due.
    private var start: MonotonicTime?

    /// Packets read and not yet passed on: `buffer[head..<filled]`.
    private var buffer: UnsafeMutableRawBufferPointer
    private var head = 0
    private var filled = 0
    private let payloads: UnsafeMutableBufferPointer<UnsafeRawBufferPointer>
    private var payloadCount = 0

    init(_ configuration: FilePlayerConfiguration, sink: any InputSink) throws(FilePlayerError) {
        source = try FileSource(configuration)
        self.sink = sink
        loops = configuration.loop
        timeline = configuration.loop ? LoopTimeline() : nil
        buffer = .allocate(byteCount: Self.readByteCount + TSPacket.byteCount, alignment: 16)
        payloads = .allocate(capacity: Self.maximumBatch)
    }

    deinit {
        buffer.deallocate()
        payloads.deallocate()
    }

    /// Passes on what is due.
    ///
    /// - Parameter scratch: memory of `readByteCount` that all players read through.
    func play(at now: MonotonicTime, scratch: UnsafeMutableRawBufferPointer) -> Outcome {
        if start == nil { sink.peerConnected(source.name) }
        var start = start ?? now
        defer { self.start = start }
        for _ in 0..<Self.maximumGroupsPerCall {
            while pacer.nextGroup == nil {
                passOn(at: now)
                do throws(FilePlayerError) {
                    guard try readAhead(scratch) else { return end(Self.endOfFile, isFailure: false) }
                } catch {
                    return end(error.message, isFailure: true)
                }
            }
            guard let group = pacer.nextGroup else { break }
            var due = start.nanoseconds &+ group.dueNanoseconds
            if now.nanoseconds &- due > Self.maximumLag {
                start.nanoseconds = now.nanoseconds &- group.dueNanoseconds
                due = now.nanoseconds
            }
            guard due <= now.nanoseconds else {
                passOn(at: now)
                return .due(MonotonicTime(nanoseconds: due))
            }
            _ = pacer.takeGroup()
            let byteCount = min(group.packetCount * TSPacket.byteCount, filled - head)
            payloads.initializeElement(
                at: payloadCount,
                to: UnsafeRawBufferPointer(rebasing: buffer[head..<head + byteCount])
            )
            payloadCount += 1
            head += byteCount
            if payloadCount == Self.maximumBatch { passOn(at: now) }
        }
        passOn(at: now)
        return .due(now)
    }

    private func passOn(at now: MonotonicTime) {
        guard payloadCount > 0 else { return }
        sink.consume(
            PacketBatch(payloads: UnsafeBufferPointer(rebasing: payloads[..<payloadCount]), arrival: now)
        )
        payloadCount = 0
    }

    private func end(_ reason: String, isFailure: Bool) -> Outcome {
        sink.peerDisconnected(reason)
        return .ended(reason: reason, isFailure: isFailure)
    }

    /// Reads one piece, or turns to the beginning; false when everything has been passed on.
    private func readAhead(_ scratch: UnsafeMutableRawBufferPointer) throws(FilePlayerError) -> Bool {
        if isAtEnd { return false }
        let count = try source.read(into: scratch, at: offset)
        guard count > 0 else {
            try endRound()
            return true
        }
        offset += Int64(count)
        makeRoom(for: count + TSPacket.byteCount)
        let before = filled
        aligner.append(UnsafeRawBufferPointer(rebasing: scratch[..<count])) { run in
            UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(from: run)
            filled += run.count
        }
        let added = UnsafeMutableRawBufferPointer(rebasing: buffer[before..<filled])
        packetsInRound += added.count / TSPacket.byteCount
        timeline?.rewrite(added)
        pacer.scan(UnsafeRawBufferPointer(added))
        return true
    }

    private func endRound() throws(FilePlayerError) {
        aligner.reset()
        guard loops else {
            isAtEnd = true
            pacer.flush()
            return
        }
        // The file was emptied or overwritten while it played: without this the thread would spin.
        guard packetsInRound > 0 else { throw .notTransportStream(source.name) }
        packetsInRound = 0
        offset = 0
        timeline?.endRound()
    }

    /// Moves what is left to the front and grows the buffer when needed. The pacer asks for more packets only while it has
    /// fewer than `TSPacer.maximumLookahead`: that bounds it.
    private func makeRoom(for byteCount: Int) {
        let left = filled - head
        if left + byteCount > buffer.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(left + byteCount, buffer.count * 2),
                alignment: 16
            )
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[head..<filled]))
            buffer.deallocate()
            buffer = larger
        } else if head > 0, left > 0 {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[head..<filled]))
        }
        head = 0
        filled = left
    }
}
