import Delivery
import FlowHub
import FlowModel
import FlowPlanner
import Media
import RTSP
import Synchronization

/// An `rtsp` input: a place on the RTSP port for each leg.
final class RTSPRunningInput: RunningInput {
    private struct Leg {
        let hubLeg: HubLeg
        let place: RTSPPublication
        let address: String
    }

    private struct State {
        var spec: InputSpec
        var legs = LegPair<Leg>()
    }

    private let flow: String
    private let hub: FlowHub
    private let context: ComponentContext
    private let state: Mutex<State>

    init(
        _ spec: InputSpec,
        _ input: RTSPInput,
        flow: String,
        hub: FlowHub,
        context: ComponentContext
    ) throws(ApplyFailure) {
        self.flow = flow
        self.hub = hub
        self.context = context
        self.state = Mutex(State(spec: spec))
        let main = try open(spec.name, input, leg: "main")
        let backup = input.failover ? try open(spec.name, input, leg: "backup") : nil
        state.withLock { $0.legs = LegPair(main: main, backup: backup) }
    }

    func update(_ spec: InputSpec) {
        guard case .rtsp(let input) = spec.source else { return }
        let legs = state.withLock { state in
            state.spec = spec
            return state.legs.running
        }
        for (_, leg) in legs { leg.place.update(allow: input.allow) }
    }

    func startBackupLeg(_ spec: InputSpec) throws(ApplyFailure) {
        guard case .rtsp(let input) = spec.source else { return }
        let isRunning = state.withLock { state in
            state.spec = spec
            return state.legs.backup != nil
        }
        guard !isRunning else { return }
        let backup = try open(spec.name, input, leg: "backup")
        state.withLock { $0.legs.backup = backup }
    }

    func stopBackupLeg() {
        state.withLock { $0.legs.takeBackup() }.map(close)
    }

    func stop() {
        for leg in state.withLock({ $0.legs.takeAll() }) { close(leg) }
    }

    func legs(_ hub: HubSnapshot) -> [LegStatus] {
        let (name, legs) = state.withLock { ($0.spec.name, $0.legs.running) }
        return legs.map { legName, leg in
            var status = LegStatus(LegID(input: name, leg: legName), address: leg.address, hub: hub)
            status.take(leg.place.receptions.figures)
            return status
        }
    }

    private func open(_ name: String, _ input: RTSPInput, leg: String) throws(ApplyFailure) -> Leg {
        guard !context.rtsp.listeners.all.isEmpty else { throw .rtspIsOff }
        let credentials = try RTSPCredentials(username: input.username, password: input.password)
        let place = Mutex<RTSPPublication?>(nil)
        let hubLeg = hub.addLeg(LegID(input: name, leg: leg)) {
            place.withLock { $0 }?.connection?.refuse(.overBandwidth)
        }
        let opened = RTSPPublication(
            flow: flow,
            name: leg == "backup" ? name + RTSPInput.backupPathSuffix : name,
            component: "\(name)/\(leg)",
            credentials: credentials,
            allow: input.allow,
            sink: hubLeg,
            refusals: context.refusals
        )
        place.withLock { $0 = opened }
        context.rtsp.add(opened)
        return Leg(
            hubLeg: hubLeg,
            place: opened,
            address: context.rtspAddress(flow: flow, name: opened.name)
        )
    }

    private func close(_ leg: Leg) {
        context.rtsp.remove(leg.place)
        hub.removeLeg(leg.hubLeg)
    }
}
