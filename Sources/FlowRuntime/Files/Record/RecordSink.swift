import Media
import Threads

/// An output that records: it copies payloads into a bounded queue, and the writer's thread does the rest.
///
/// Made by `RecordWriter.add`.
final class RecordSink: PacketSink {
    let configuration: RecordConfiguration
    let queue: PayloadQueue
    private let published = Locked(RecordStatistics())
    private let writer: RecordWriter

    init(_ configuration: RecordConfiguration, writer: RecordWriter) {
        self.configuration = configuration
        self.writer = writer
        queue = PayloadQueue(limit: configuration.queueLimit)
    }

    func consume(_ batch: PacketBatch) {
        if queue.append(batch) { writer.wake() }
    }

    /// As of the writer's last round, within a fraction of a second.
    var statistics: RecordStatistics {
        var statistics = published.withLock { $0 }
        (statistics.queuedBytes, statistics.payloadsDropped, statistics.bytesDropped) = queue.figures
        return statistics
    }

    func publish(_ statistics: RecordStatistics) {
        published.withLock { $0 = statistics }
    }

    /// Takes no more packets, writes what waits, and gives the last segment its name; returns when that is done, so it is
    /// not called on a thread that must not wait for a disk. Calling it again has no effect.
    func close() {
        queue.close()
        writer.remove(self)
    }
}
