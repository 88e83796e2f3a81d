import Delivery
import FlowHub
import FlowModel
import FlowPlanner
import Media
import RTMP
import RTSP
import Synchronization

/// An `rtmp-pull` or `rtsp-pull` input: plays a stream from a server elsewhere, or from a camera.
final class PullRunningInput: RunningInput {
    private let id: LegID
    private let hub: FlowHub
    private let hubLeg: HubLeg
    private let caller: Redialer
    private let address: String
    /// Of RTSP.
    private let receptions: RTSPReceptionTotal?

    private init(
        _ spec: InputSpec,
        address: String,
        receptions: RTSPReceptionTotal? = nil,
        flow: String,
        hub: FlowHub,
        context: ComponentContext,
        makeCaller: (HubLeg, @escaping @Sendable (Redialer.Event) -> Void) -> Redialer
    ) {
        let id = LegID.main(of: spec.name)
        let pulling = Mutex<Redialer?>(nil)
        let leg = hub.addLeg(id) { pulling.withLock { $0 }?.cut(.overBandwidth) }
        caller = makeCaller(leg) { event in
            switch event {
            case .started(let connection): leg.peerConnected(connection.remote)
            case .ended(_, let reason, _): leg.peerDisconnected(reason)
            case .failed, .unsupportedCodec: context.tell(event, flow: flow, component: id.input)
            }
        }
        self.id = id
        self.hub = hub
        hubLeg = leg
        self.address = address
        self.receptions = receptions
        pulling.withLock { $0 = caller }
        caller.start()
    }

    convenience init(
        _ spec: InputSpec,
        _ input: RTMPPullInput,
        flow: String,
        hub: FlowHub,
        context: ComponentContext
    ) throws(ApplyFailure) {
        let url = try RTMPURL(address: input.source, streamKey: input.streamKey)
        self.init(spec, address: url.description, flow: flow, hub: hub, context: context) { leg, onEvent in
            Redialer(url, stream: .play(leg), context: context, onEvent: onEvent)
        }
    }

    convenience init(
        _ spec: InputSpec,
        _ input: RTSPPullInput,
        flow: String,
        hub: FlowHub,
        context: ComponentContext
    ) throws(ApplyFailure) {
        let url = try RTSPURL(address: input.source)
        let credentials = try RTSPCredentials(username: input.username, password: input.password)
        let receptions = RTSPReceptionTotal()
        self.init(
            spec,
            address: url.description,
            receptions: receptions,
            flow: flow,
            hub: hub,
            context: context
        ) { leg, onEvent in
            Redialer(
                url,
                credentials: credentials,
                transport: input.transport,
                stream: .play(leg),
                context: context,
                onReception: { reception in
                    if let reception { receptions.began(reception) } else { receptions.ended() }
                },
                onEvent: onEvent
            )
        }
    }

    func update(_ spec: InputSpec) {}

    func stop() {
        caller.stop()
        hub.removeLeg(hubLeg)
    }

    func legs(_ hub: HubSnapshot) -> [LegStatus] {
        var status = LegStatus(id, address: address, hub: hub)
        status.lastError = caller.statistics.lastError
        if let receptions { status.take(receptions.figures) }
        return [status]
    }
}
