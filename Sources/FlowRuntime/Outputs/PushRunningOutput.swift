import Delivery
import FlowHub
import FlowModel
import FlowPlanner
import Media
import RTMP
import RTSP
import Synchronization

/// An `rtmp-push` or `rtsp-push` output: publishes the stream to a server elsewhere.
final class PushRunningOutput: RunningOutput {
    let sink: OutputSink
    private let caller: Redialer
    private let address: String
    private let meter = Mutex(RateMeter())
    private let total = PushedTotal()

    private init(
        _ spec: OutputSpec,
        sink: any SampleSink,
        address: String,
        flow: String,
        context: ComponentContext,
        makeCaller: (@escaping @Sendable (Redialer.Event) -> Void) -> Redialer
    ) {
        self.sink = .samples(sink)
        self.address = address
        let component = spec.name
        let total = total
        caller = makeCaller { event in
            if case .started(let connection) = event { total.started(connection.counters) }
            context.tell(event, flow: flow, component: component)
        }
        caller.start()
    }

    convenience init(
        _ spec: OutputSpec,
        _ output: RTMPPushOutput,
        flow: String,
        context: ComponentContext
    ) throws(ApplyFailure) {
        let url = try RTMPURL(address: output.url, streamKey: output.streamKey)
        let fanOut = RTMPFanOut()
        self.init(spec, sink: fanOut, address: url.description, flow: flow, context: context) { onEvent in
            Redialer(url, stream: .publish(fanOut), context: context, onEvent: onEvent)
        }
    }

    convenience init(
        _ spec: OutputSpec,
        _ output: RTSPPushOutput,
        flow: String,
        context: ComponentContext
    ) throws(ApplyFailure) {
        let url = try RTSPURL(address: output.url)
        let credentials = try RTSPCredentials(username: output.username, password: output.password)
        let fanOut = RTSPFanOut(flow: flow, component: spec.name, refusals: context.refusals)
        self.init(spec, sink: fanOut, address: url.description, flow: flow, context: context) { onEvent in
            Redialer(
                url,
                credentials: credentials,
                transport: output.transport,
                stream: .record(fanOut),
                context: context,
                onEvent: onEvent
            )
        }
    }

    func update(_ spec: OutputSpec) {}

    func stop() {
        caller.stop()
    }

    func status(_ spec: OutputSpec) -> OutputStatus {
        let now = MonotonicTime.now()
        let statistics = caller.statistics
        let counters = total.counters
        let bitrate = meter.withLock { $0.rate(after: counters.bytes, at: now) }
        var status = OutputStatus(
            spec,
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
private final class PushedTotal: Sendable {
    private let state = Mutex((former: StreamCounters(), current: PeerCounters?.none))

    func started(_ counters: PeerCounters) {
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
    fileprivate mutating func add(_ counters: PeerCounters) {
        bytes &+= counters.bytes
        packets &+= counters.packets
        packetsDropped &+= counters.packetsDropped
    }
}
