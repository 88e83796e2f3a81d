import FlowHub
import FlowModel
import FlowPlanner
import Media
import RTMP
import Synchronization

/// An `rtmp-push` output: publishes the stream to an RTMP server elsewhere.
final class RTMPPushRunningOutput: RunningOutput {
    private let fanOut = RTMPFanOut()
    private let caller: RTMPCaller
    private let address: String
    private let meter = Mutex(RateMeter())
    private let total = RTMPPushTotal()

    var sink: OutputSink { .samples(fanOut) }

    init(_ spec: OutputSpec, _ output: RTMPPushOutput, flow: String, context: ComponentContext) throws(ApplyFailure) {
        let url = try RTMPURL(address: output.url, streamKey: output.streamKey)
        address = url.description
        let component = spec.name
        let total = total
        caller = RTMPCaller(url, stream: .publish(fanOut), context: context) { event in
            if case .started(let connection) = event { total.started(connection.counters) }
            context.tell(event, flow: flow, component: component)
        }
        caller.start()
    }

    func update(_ spec: OutputSpec) {}

    func stop() {
        caller.stop()
    }

    func status(_ spec: OutputSpec) -> OutputStatus {
        let now = MonotonicTime.now()
        let statistics = caller.statistics
        let counters = total.counters
        let bitrate = meter.withLock { meter in
            meter.sample(bytes: counters.bytes, at: now)
            return meter.bitsPerSecond
        }
        var status = OutputStatus(
            name: spec.name,
            protocol: spec.destination.protocolName,
            enabled: spec.isEnabled,
            address: address,
            state: statistics.connection == nil ? .waiting : .connected,
            bitrate: bitrate,
            counters: counters,
            peers: statistics.connection.map { [PeerStatus($0, bitrate: bitrate, at: now)] } ?? [],
            lastError: statistics.lastError
        )
        status.counters.reconnects = statistics.reconnects
        return status
    }
}

/// What was sent over all connections, one after the other.
private final class RTMPPushTotal: Sendable {
    private let state = Mutex((former: StreamCounters(), current: RTMPPeerCounters?.none))

    func started(_ counters: RTMPPeerCounters) {
        state.withLock { state in
            if let last = state.current { state.former.add(last) }
            state.current = counters
        }
    }

    var counters: StreamCounters {
        state.withLock { state in
            var sum = state.former
            if let current = state.current { sum.add(current) }
            return sum
        }
    }
}

extension StreamCounters {
    fileprivate mutating func add(_ counters: RTMPPeerCounters) {
        bytes &+= counters.bytes
        packets &+= counters.messages
        packetsDropped &+= counters.droppedMessages
    }
}
