import Delivery
import FlowHub
import FlowModel
import FlowPlanner
import Media
import RTMP
import Synchronization

/// An `rtmp-pull` input: plays a stream from an RTMP server elsewhere.
final class RTMPPullRunningInput: RunningInput {
    private let id: LegID
    private let hub: FlowHub
    private let hubLeg: HubLeg
    private let caller: Redialer
    private let address: String

    init(
        _ spec: InputSpec,
        _ input: RTMPPullInput,
        flow: String,
        hub: FlowHub,
        context: ComponentContext
    ) throws(ApplyFailure) {
        let url = try RTMPURL(address: input.source, streamKey: input.streamKey)
        address = url.description
        id = LegID(input: spec.name, leg: "main")
        self.hub = hub
        let pulling = Mutex<Redialer?>(nil)
        let leg = hub.addLeg(id) { pulling.withLock { $0 }?.cut(.overBandwidth) }
        hubLeg = leg
        let component = spec.name
        caller = Redialer(url, stream: .play(leg), context: context) { event in
            switch event {
            case .started(let connection): leg.peerConnected(connection.remote)
            case .ended(let reason): leg.peerDisconnected(reason)
            case .failed, .unsupportedCodec: context.tell(event, flow: flow, component: component)
            }
        }
        pulling.withLock { $0 = caller }
        caller.start()
    }

    func update(_ spec: InputSpec) {}

    func stop() {
        caller.stop()
        hub.removeLeg(hubLeg)
    }

    func legs(_ hub: HubSnapshot) -> [LegStatus] {
        var status = LegStatus(id, address: address, hub: hub)
        status.lastError = caller.statistics.lastError
        return [status]
    }
}
