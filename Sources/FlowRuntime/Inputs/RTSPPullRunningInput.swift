import Delivery
import FlowHub
import FlowModel
import FlowPlanner
import Media
import RTSP
import Synchronization

/// An `rtsp-pull` input: plays a stream from a camera, or from a server elsewhere.
final class RTSPPullRunningInput: RunningInput {
    private let id: LegID
    private let hub: FlowHub
    private let hubLeg: HubLeg
    private let caller: Redialer
    private let address: String
    private let receptions: RTSPReceptionTotal

    init(
        _ spec: InputSpec,
        _ input: RTSPPullInput,
        flow: String,
        hub: FlowHub,
        context: ComponentContext
    ) throws(ApplyFailure) {
        let url = try RTSPURL(address: input.source)
        let credentials = try RTSPCredentials(username: input.username, password: input.password)
        address = url.description
        id = LegID(input: spec.name, leg: "main")
        self.hub = hub
        let pulling = Mutex<Redialer?>(nil)
        let leg = hub.addLeg(id) { pulling.withLock { $0 }?.cut(.overBandwidth) }
        hubLeg = leg
        let component = spec.name
        let receptions = RTSPReceptionTotal()
        self.receptions = receptions
        caller = Redialer(
            url,
            credentials: credentials,
            transport: input.transport,
            stream: .play(leg),
            context: context,
            onReception: { reception in
                if let reception { receptions.began(reception) } else { receptions.ended() }
            },
            onEvent: { event in
                switch event {
                case .started(let connection): leg.peerConnected(connection.remote)
                case .ended(let reason): leg.peerDisconnected(reason)
                case .failed, .unsupportedCodec: context.tell(event, flow: flow, component: component)
                }
            }
        )
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
        status.take(receptions.figures)
        return [status]
    }
}
