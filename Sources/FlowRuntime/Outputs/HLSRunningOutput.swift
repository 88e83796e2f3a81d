import FlowHub
import FlowModel
import FlowPlanner
import HLS
import Media
import NIOPosix
import NetworkAddress

/// An `hls` output: players fetch the stream from the gateway's HTTP port.
final class HLSRunningOutput: RunningOutput {
    private let stream: HLSStream
    private let flow: String
    private let context: ComponentContext

    var sink: OutputSink { .samples(stream) }

    init(_ spec: OutputSpec, _ output: HLSOutput, flow: String, context: ComponentContext) throws(ApplyFailure) {
        guard context.hls.endpoint != nil else { throw .httpIsOff }
        self.flow = flow
        self.context = context
        let component = spec.name
        stream = HLSStream(
            configuration: HLSConfiguration(segmentDuration: output.segmentDuration, window: output.window),
            held: context.hls.heldRequests,
            loop: context.eventLoops.group.next()
        ) { codec in
            context.onEvent(
                FlowEvent(
                    reason: Refusal.unsupportedCodec.rawValue,
                    severity: .warning,
                    flow: flow,
                    component: component,
                    message: Refusal.unsupportedCodec(named: codec.rawValue)
                )
            )
        }
        context.hls.add(stream, ofFlow: flow)
    }

    func update(_ spec: OutputSpec) {}

    func stop() {
        context.hls.remove(stream, ofFlow: flow)
        stream.stop()
    }

    func status(_ spec: OutputSpec) -> OutputStatus {
        let now = MonotonicTime.now()
        let audience = stream.audience(at: now)
        var status = OutputStatus(
            spec,
            address: address,
            state: audience.members.isEmpty ? .waiting : .connected,
            bitrate: audience.rate.bitsPerSecond,
            peers: audience.members.sorted { $0.key < $1.key }.map { PeerStatus($0.key, $0.value, at: now) }
        )
        // What is counted are the answers.
        status.counters.packets = audience.requests
        status.counters.bytes = audience.bytes
        return status
    }

    private var address: String {
        guard let endpoint = context.hls.endpoint else { return "" }
        return
            "\(context.hls.scheme)://\(context.shown(host: endpoint.address, port: endpoint.port))/hls/\(flow)/index.m3u8"
    }
}

extension ApplyFailure {
    fileprivate static let httpIsOff = ApplyFailure(
        remedy: .configurationChange,
        reason: "ListenerOff",
        message: "the gateway runs with --http off"
    )
}

extension PeerStatus {
    fileprivate init(_ remote: String, _ member: HLSAudience.Member, at now: MonotonicTime) {
        self.init(
            remote: remote,
            uptime: Double(now.nanoseconds(since: member.since)) / 1e9,
            bitrate: member.rate.bitsPerSecond
        )
        counters.packets = member.requests
        counters.bytes = member.bytes
    }
}
