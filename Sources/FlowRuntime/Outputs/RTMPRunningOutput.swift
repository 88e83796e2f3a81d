import Delivery
import FlowHub
import FlowModel
import FlowPlanner
import Media
import RTMP

/// An `rtmp` output: players fetch the stream from the RTMP port.
final class RTMPRunningOutput: RunningOutput {
    private let place: RTMPServer.Presentation
    private let context: ComponentContext
    private let players = PeerMeters()
    private let address: String

    var sink: OutputSink { .samples(place.fanOut) }

    init(_ spec: OutputSpec, _ output: RTMPOutput, flow: String, context: ComponentContext) throws(ApplyFailure) {
        guard !context.rtmp.listeners.all.isEmpty else { throw .rtmpIsOff }
        self.context = context
        place = context.rtmp.addPresentation(
            flow: flow,
            component: spec.name,
            key: try output.streamKey?.required("stream key") ?? spec.name,
            allow: output.allow,
            maximum: output.maxConcurrent
        )
        // The output's name is no secret; a key that was chosen is.
        address =
            output.streamKey == nil
            ? context.rtmpAddress(flow: flow, key: spec.name) : context.rtmpAddress(flow: flow)
    }

    func update(_ spec: OutputSpec) {
        guard case .rtmp(let output) = spec.destination else { return }
        context.rtmp.update(place, allow: output.allow, maximum: output.maxConcurrent)
    }

    func stop() {
        context.rtmp.remove(place)
    }

    func status(_ spec: OutputSpec) -> OutputStatus {
        players.status(spec, address: address, peers: context.rtmp.players(of: place), at: .now())
    }
}
