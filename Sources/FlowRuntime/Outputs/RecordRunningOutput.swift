import FlowHub
import FlowModel
import FlowPlanner
import Media
import Synchronization

/// A recording: TS segments on disk.
final class RecordRunningOutput: RunningOutput {
    private let recorder: RecordSink
    private let path: String
    private let rate = Mutex(RateMeter())

    var sink: OutputSink { .packets(recorder) }

    init(_ output: RecordOutput, context: ComponentContext) throws(ApplyFailure) {
        do throws(SegmentPattern.PatternError) {
            recorder = context.recorder.add(try RecordConfiguration(output))
        } catch {
            throw ApplyFailure(remedy: .configurationChange, reason: "InvalidPath", message: error.message)
        }
        path = output.path
    }

    func update(_ spec: OutputSpec) {}

    func stop() {
        recorder.close()
    }

    func status(_ spec: OutputSpec) -> OutputStatus {
        let statistics = recorder.statistics
        let bitrate = rate.withLock { $0.rate(after: statistics.bytes, at: .now()) }
        var status = OutputStatus(
            spec,
            address: path,
            state: statistics.currentPath == nil ? .waiting : .connected,
            bitrate: bitrate,
            lastError: statistics.failure ?? statistics.lastError
        )
        status.counters.bytes = statistics.bytes
        status.counters.packets = statistics.packets
        status.counters.packetsDropped = statistics.payloadsDropped &+ statistics.packetsUnwritten
        return status
    }
}
