import FlowHub
import FlowModel
import FlowPlanner
import Media
import Synchronization

/// One flow that runs: its hub with the inputs and outputs that were started.
///
/// The controller applies the steps of one flow one after the other; the lock is for status reads beside them.
final class RunningFlow: Sendable {
    private struct State {
        var spec: FlowSpec
        var inputs: [String: any RunningInput] = [:]
        var outputs: [String: any RunningOutput] = [:]
    }

    let name: String
    let hub: FlowHub
    private let merge: MergeGroup
    private let state: Mutex<State>
    private let factory: ComponentFactory

    init(spec: FlowSpec, factory: ComponentFactory, onEvent: @escaping @Sendable (FlowEvent) -> Void) {
        let name = spec.name
        self.name = name
        self.factory = factory
        self.state = Mutex(State(spec: spec))
        hub = FlowHub(settings: FlowHub.Settings(spec), clock: { .now() }) { event in
            onEvent(FlowEvent(event, flow: name))
        }
        merge = MergeGroup(hub: hub) { loss, leg in
            onEvent(FlowEvent(loss, leg, flow: name))
        }
        arrangeInputs(spec)
    }

    func update(_ spec: FlowSpec) {
        state.withLock { $0.spec = spec }
        hub.update(FlowHub.Settings(spec))
        arrangeInputs(spec)
    }

    /// What only the passing of time brings about.
    func tick(at now: MonotonicTime) {
        merge.tick(at: now)
        hub.tick(at: now)
    }

    // MARK: Inputs

    func startInput(_ spec: InputSpec) async throws(ApplyFailure) {
        let input = try await factory.makeInput(spec, flow: name, hub: hub, merge: merge)
        let flow = state.withLock { state in
            state.inputs[spec.name] = input
            state.spec.inputs.replace(spec, named: \.name)
            return state.spec
        }
        arrangeInputs(flow)
    }

    func updateInput(_ spec: InputSpec) {
        state.withLock { state in
            state.spec.inputs.replace(spec, named: \.name)
            return state.inputs[spec.name]
        }?.update(spec)
    }

    func stopInput(_ name: String) {
        state.withLock { $0.inputs.removeValue(forKey: name) }?.stop()
    }

    func startBackupLeg(_ spec: InputSpec) throws(ApplyFailure) {
        let (input, flow) = state.withLock { state in
            state.spec.inputs.replace(spec, named: \.name)
            return (state.inputs[spec.name], state.spec)
        }
        try input?.startBackupLeg(spec)
        arrangeInputs(flow)
    }

    func stopBackupLeg(_ spec: InputSpec) {
        state.withLock { state in
            state.spec.inputs.replace(spec, named: \.name)
            return state.inputs[spec.name]
        }?.stopBackupLeg()
    }

    private func arrangeInputs(_ flow: FlowSpec) {
        let merged = flow.failover.mode == .merge ? MergedLegs(of: flow.inputs) : nil
        merge.arrange(
            merged?.names.map { LegID(input: $0.input, leg: $0.leg) } ?? [],
            by: merged?.form ?? .sequence,
            skewWindow: flow.failover.mergeWindow
        )
        hub.arrangeInputs(
            flow.inputs.map(\.name),
            fillers: Set(flow.inputs.filter(flow.isFiller).map(\.name))
        )
    }

    // MARK: Outputs

    func startOutput(_ spec: OutputSpec) async throws(ApplyFailure) {
        let output = try await factory.makeOutput(spec, flow: name)
        state.withLock { state in
            state.outputs[spec.name] = output
            state.spec.outputs.replace(spec, named: \.name)
        }
        switch output.sink {
        case .packets(let sink): hub.addSink(sink, named: spec.name)
        case .samples(let sink): hub.addSink(sink, named: spec.name)
        }
    }

    func updateOutput(_ spec: OutputSpec) {
        state.withLock { state in
            state.spec.outputs.replace(spec, named: \.name)
            return state.outputs[spec.name]
        }?.update(spec)
    }

    func stopOutput(_ name: String) {
        hub.removeSink(named: name)
        state.withLock { $0.outputs.removeValue(forKey: name) }?.stop()
    }

    /// Inputs first, so that the outputs drain what came in.
    func stop() {
        let (inputs, outputs) = state.withLock { ($0.inputs.keys.sorted(), $0.outputs.keys.sorted()) }
        hub.end()
        inputs.forEach(stopInput)
        merge.stop()
        outputs.forEach(stopOutput)
    }

    // MARK: Status

    func report(at now: MonotonicTime) -> FlowReport {
        let (spec, inputs, outputs) = state.withLock { ($0.spec, $0.inputs, $0.outputs) }
        let snapshot = hub.snapshot(at: now)
        return FlowReport(
            name: name,
            activeLeg: snapshot.activeLeg?.description,
            bitrate: snapshot.bitsPerSecond,
            bytes: snapshot.bytes,
            packets: snapshot.packets,
            packetsOverBandwidth: snapshot.packetsOverBandwidth,
            switches: snapshot.switches,
            inputs: spec.inputs.map { input in
                InputStatus(
                    name: input.name,
                    protocol: input.source.protocolName,
                    enabled: input.isEnabled,
                    legs: inputs[input.name]?.legs(snapshot) ?? []
                )
            },
            outputs: spec.outputs.map { output in
                outputs[output.name]?.status(output) ?? OutputStatus(output, address: "")
            }
        )
    }
}

extension Array {
    /// Replaces the element of the same name, or appends it.
    fileprivate mutating func replace(_ element: Element, named name: (Element) -> String) {
        if let index = firstIndex(where: { name($0) == name(element) }) {
            self[index] = element
        } else {
            append(element)
        }
    }
}

extension FlowHub.Settings {
    fileprivate init(_ spec: FlowSpec) {
        let failover = spec.failover
        self.init(
            maxBandwidth: spec.maxBandwidth.bitsPerSecond,
            selection: LegSelector.Settings(
                lossAfter: failover.lossAfter,
                switchBack: failover.switchBack == .auto,
                recoverAfter: failover.recoverAfter
            ),
            quality: QualityRules(
                minimumBitrate: failover.quality.minBitrate?.bitsPerSecond,
                minimumBitrateHold: failover.quality.minBitrateFor,
                pictureTimeout: failover.quality.noVideoFor,
                maximumContinuityErrors: failover.quality.maxContinuityErrors,
                continuityErrorsHold: failover.quality.maxContinuityErrorsFor,
                frozenTimeout: failover.quality.frozenFor
            ),
            chosen: failover.active
        )
    }
}
