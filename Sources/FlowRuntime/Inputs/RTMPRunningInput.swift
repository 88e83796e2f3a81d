import FlowHub
import FlowModel
import FlowPlanner
import Media
import Synchronization

/// An `rtmp` input: a place on the RTMP port for each leg.
final class RTMPRunningInput: RunningInput {
    /// What is appended to the stream key of the backup leg.
    static let backupKeySuffix = "-backup"

    private struct Leg {
        let hubLeg: HubLeg
        let place: RTMPServer.Publication
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
        _ input: RTMPInput,
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
        guard case .rtmp(let input) = spec.source else { return }
        let legs = state.withLock { state in
            state.spec = spec
            return state.legs.running
        }
        for (_, leg) in legs { context.rtmp.update(leg.place, allow: input.allow) }
    }

    func startBackupLeg(_ spec: InputSpec) throws(ApplyFailure) {
        guard case .rtmp(let input) = spec.source else { return }
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
            LegStatus(LegID(input: name, leg: legName), address: leg.address, hub: hub)
        }
    }

    private func open(_ name: String, _ input: RTMPInput, leg: String) throws(ApplyFailure) -> Leg {
        guard !context.rtmp.listeners.all.isEmpty else { throw .rtmpIsOff }
        let key = try input.streamKey?.required("stream key") ?? context.streamKeys.key(flow: flow, input: name)
        let component = "\(name)/\(leg)"
        let place = Mutex<RTMPServer.Publication?>(nil)
        let server = context.rtmp
        let hubLeg = hub.addLeg(LegID(input: name, leg: leg)) {
            if let place = place.withLock({ $0 }) { server.cut(place, .overBandwidth) }
        }
        let opened = server.addPublication(
            flow: flow,
            component: component,
            key: leg == "backup" ? key + Self.backupKeySuffix : key,
            allow: input.allow,
            sink: hubLeg
        )
        place.withLock { $0 = opened }
        return Leg(hubLeg: hubLeg, place: opened, address: context.rtmpAddress(flow: flow))
    }

    private func close(_ leg: Leg) {
        context.rtmp.remove(leg.place)
        hub.removeLeg(leg.hubLeg)
    }
}
