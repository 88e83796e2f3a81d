import Delivery
import FlowHub
import FlowModel
import FlowPlanner
import Media
import RTSP
import Synchronization

/// An `rtsp` output: players fetch the stream from the RTSP port.
final class RTSPRunningOutput: RunningOutput {
    private let place: RTSPPresentation
    private let fanOut: RTSPFanOut
    private let context: ComponentContext
    private let players = PeerMeters()
    private let address: String

    var sink: OutputSink { .samples(fanOut) }

    init(_ spec: OutputSpec, _ output: RTSPOutput, flow: String, context: ComponentContext) throws(ApplyFailure) {
        guard !context.rtsp.listeners.all.isEmpty else { throw .rtspIsOff }
        self.context = context
        fanOut = RTSPFanOut(flow: flow, component: spec.name, refusals: context.refusals)
        place = RTSPPresentation(
            fanOut,
            flow: flow,
            component: spec.name,
            credentials: try RTSPCredentials(username: output.username, password: output.password),
            allow: output.allow,
            maximum: output.maxConcurrent,
            refusals: context.refusals,
            onEvent: context.onEvent
        )
        address = context.rtspAddress(flow: flow, name: spec.name)
        context.rtsp.add(place)
    }

    func update(_ spec: OutputSpec) {
        guard case .rtsp(let output) = spec.destination else { return }
        place.update(allow: output.allow, maximum: output.maxConcurrent)
    }

    func stop() {
        context.rtsp.remove(place)
    }

    func status(_ spec: OutputSpec) -> OutputStatus {
        players.status(spec, address: address, peers: place.players, at: .now())
    }
}
