import Glibc
import Media

/// Writes all recordings on one thread, so that a slow disk holds up no packet.
final class RecordWriter: @unchecked Sendable {
    // `condition` guards every variable; a recording is used by the thread alone.

    /// How often the thread looks when no chunk became full.
    static let interval = Duration.milliseconds(100)

    /// The wall clock in seconds since 1970, for names and retention; tests bring their own.
    typealias WallClock = @Sendable () -> Int64

    private struct Entry {
        let sink: RecordSink
        let recording: Recording
        var isNew = true
        var isClosing = false
    }

    private let worker = WorkerThread()
    private let condition: MonotonicCondition
    private let wallClock: WallClock
    private var entries: [Entry] = []
    private var isWoken = false

    init(wallClock: @escaping WallClock = { Int64(time(nil)) }) {
        self.wallClock = wallClock
        condition = worker.condition
    }

    /// Starts the thread; without effect when it runs.
    func start() {
        worker.start(named: "record-writer") { [self] in run() }
    }

    /// Completes all recordings and ends the thread. It cannot be started again.
    func stop() {
        worker.stop()
    }

    /// Starts a recording. Leftovers of its pattern are completed first, on the thread.
    func add(_ configuration: RecordConfiguration) -> RecordSink {
        let sink = RecordSink(configuration, writer: self)
        condition.withLock {
            entries.append(Entry(sink: sink, recording: Recording(configuration)))
            condition.signal()
        }
        return sink
    }

    func wake() {
        condition.withLock { isWoken = true }
        condition.signal()
    }

    /// Returns when the recording is complete.
    fileprivate func finish(_ sink: RecordSink) {
        condition.withLock {
            guard worker.isRunning, let index = entries.firstIndex(where: { $0.sink === sink }) else { return }
            entries[index].isClosing = true
            isWoken = true
            condition.signal()
            while entries.contains(where: { $0.sink === sink }), !worker.isCurrent { condition.wait() }
        }
    }

    func remove(_ sink: RecordSink) {
        finish(sink)
    }

    private func run() {
        condition.lock()
        defer { condition.unlock() }
        while true {
            let isLastRound = worker.isStopping
            isWoken = false
            let round = entries
            for index in entries.indices { entries[index].isNew = false }
            condition.unlock()
            for entry in round { write(entry, isLast: entry.isClosing || isLastRound) }
            condition.lock()
            let closed = round.filter { $0.isClosing || isLastRound }.map { ObjectIdentifier($0.sink) }
            if !closed.isEmpty {
                entries.removeAll { closed.contains(ObjectIdentifier($0.sink)) }
                condition.signal()
            }
            if isLastRound { return }
            guard !isWoken, !worker.isStopping, !entries.contains(where: { $0.isNew || $0.isClosing }) else { continue }
            condition.wait(until: entries.isEmpty ? nil : MonotonicTime.now().advanced(by: Self.interval))
        }
    }

    private func write(_ entry: Entry, isLast: Bool) {
        let recording = entry.recording
        if entry.isNew { recording.recoverLeftovers() }
        let now = MonotonicTime.now()
        let wall = wallClock()
        for chunk in entry.sink.queue.takeAll() {
            chunk.forEach { recording.consume($0, arrival: $1, now: now, wallClock: wall) }
            recording.tick(at: now, wallClock: wall)
            entry.sink.queue.giveBack(chunk)
        }
        recording.tick(at: now, wallClock: wall)
        if isLast { recording.finish() }
        entry.sink.publish(recording.statistics)
    }
}
