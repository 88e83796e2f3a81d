import FlowHub
import FlowModel
import FlowPlanner
import Media
import SRT
import Synchronization

/// An SRT listener input: one endpoint a leg, on a port of its own or on the shared one.
final class SRTListenerRunningInput: RunningInput {
    /// The backup leg's port above the main's, or what is appended to the stream ID on the shared port.
    static let backupPortOffset: UInt16 = 1
    static let backupStreamIDSuffix = "-backup"

    private struct Leg {
        let hubLeg: HubLeg
        let endpoint: SRTInput
        let address: String
    }

    private struct State {
        var spec: InputSpec
        var legs = LegPair<Leg>()
    }

    private let flow: String
    private let hub: FlowHub
    private let merge: MergeGroup
    private let context: ComponentContext
    private let state: Mutex<State>

    init(
        _ spec: InputSpec,
        _ input: SRTListenerInput,
        flow: String,
        hub: FlowHub,
        merge: MergeGroup,
        context: ComponentContext
    ) throws(ApplyFailure) {
        self.flow = flow
        self.hub = hub
        self.merge = merge
        self.context = context
        self.state = Mutex(State(spec: spec))
        let main = try open(spec.name, input, leg: "main")
        state.withLock { $0.legs.main = main }
        guard input.failover else { return }
        do throws(ApplyFailure) {
            let backup = try open(spec.name, input, leg: "backup")
            state.withLock { $0.legs.backup = backup }
        } catch {
            close(main)
            throw error
        }
    }

    func update(_ spec: InputSpec) {
        guard case .srtListener(let input) = spec.source else { return }
        let legs = state.withLock { state in
            state.spec = spec
            return state.legs.running
        }
        for (_, leg) in legs { leg.endpoint.update(allow: input.allow) }
    }

    func startBackupLeg(_ spec: InputSpec) throws(ApplyFailure) {
        guard case .srtListener(let input) = spec.source else { return }
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
            let id = LegID(input: name, leg: legName)
            var status = LegStatus(id, address: leg.address, hub: hub)
            status.take(leg.endpoint.statistics())
            status.take(merge.figures(of: id, at: .now()), hub)
            return status
        }
    }

    private func open(_ name: String, _ input: SRTListenerInput, leg: String) throws(ApplyFailure) -> Leg {
        let isBackup = leg == "backup"
        let endpointName = "\(flow)/\(name)"
        var streamID = input.streamID ?? (input.port == nil ? endpointName : nil)
        if isBackup, input.port == nil { streamID = streamID.map { $0 + Self.backupStreamIDSuffix } }
        let configuration = SRTListenerInputConfiguration(
            name: isBackup ? endpointName + Self.backupStreamIDSuffix : endpointName,
            port: input.port.map { isBackup ? $0 + Self.backupPortOffset : $0 },
            streamID: streamID,
            latency: input.latency,
            encryption: try input.decryption.map(SRTEncryptionSettings.init),
            allow: input.allow,
            peerIdleTimeout: input.peerIdleTimeout
        )
        let id = LegID(input: name, leg: leg)
        let hubLeg = hub.addLeg(id)
        do throws(SRTFailure) {
            let endpoint = try context.srt.addInput(
                configuration,
                sink: MergeableLeg(id, hubLeg: hubLeg, group: merge)
            )
            return Leg(
                hubLeg: hubLeg,
                endpoint: endpoint,
                address: context.srtListenAddress(port: endpoint.localPort, streamID: streamID)
            )
        } catch {
            hub.removeLeg(hubLeg)
            throw ApplyFailure(error)
        }
    }

    private func close(_ leg: Leg) {
        leg.endpoint.close("the input was stopped")
        hub.removeLeg(leg.hubLeg)
    }
}
