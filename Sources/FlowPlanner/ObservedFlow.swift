public import FlowModel

/// The part of a flow that belongs to no single input or output, and that changes without dropping anybody.
public struct FlowSettings: Hashable, Sendable {
    public var description: String?
    public var maxBandwidth: BitRate
    public var isSuspended: Bool
    public var failover: FailoverSpec
    /// Names in order of priority, disabled inputs included.
    public var inputOrder: [String]

    public init(_ spec: FlowSpec) {
        self.description = spec.description
        self.maxBandwidth = spec.maxBandwidth
        self.isSuspended = spec.isSuspended
        self.failover = spec.failover
        self.inputOrder = spec.inputs.map(\.name)
    }
}

/// What was successfully applied of one flow, whatever its file says by now.
public struct ObservedFlow: Hashable, Sendable {
    public var name: String
    public var settings: FlowSettings
    /// The running inputs by name.
    public var inputs: [String: InputSpec]
    /// The names of the inputs whose second leg runs.
    public var backupLegs: Set<String>
    /// The running outputs by name.
    public var outputs: [String: OutputSpec]

    /// A flow in which nothing runs yet.
    public init(created spec: FlowSpec) {
        self.name = spec.name
        self.settings = FlowSettings(spec)
        self.inputs = [:]
        self.backupLegs = []
        self.outputs = [:]
    }

    /// A flow in which everything runs that its spec asks for.
    public init(applied spec: FlowSpec) {
        self.init(created: spec)
        for input in spec.activeInputs where inputs[input.name] == nil {
            self.inputs[input.name] = input
            if input.source.hasBackupLeg { self.backupLegs.insert(input.name) }
        }
        for output in spec.activeOutputs where outputs[output.name] == nil {
            self.outputs[output.name] = output
        }
    }

    fileprivate mutating func setBackupLeg(of input: String, running: Bool) {
        if running { backupLegs.insert(input) } else { backupLegs.remove(input) }
        if let spec = inputs[input] { inputs[input] = spec.settingFailover(running) }
    }
}

extension FlowSpec {
    /// The inputs that shall run: none while the flow is suspended.
    public var activeInputs: [InputSpec] { isSuspended ? [] : inputs.filter(\.isEnabled) }

    /// The outputs that shall run: none while the flow is suspended.
    public var activeOutputs: [OutputSpec] { isSuspended ? [] : outputs.filter(\.isEnabled) }
}

extension [String: ObservedFlow] {
    /// Takes over what a step achieved. Steps for flows that do not exist change nothing.
    public mutating func stepSucceeded(_ step: PlanStep) {
        switch step {
        case .createFlow(let spec):
            self[spec.name] = ObservedFlow(created: spec)
        case .updateFlow(let spec):
            self[spec.name]?.settings = FlowSettings(spec)
        case .deleteFlow(let name):
            self[name] = nil
        case .startInput(let flow, let spec):
            self[flow]?.inputs[spec.name] = spec
            if spec.source.hasBackupLeg { self[flow]?.backupLegs.insert(spec.name) }
        case .updateInput(let flow, let spec):
            let hasBackupLeg = self[flow]?.backupLegs.contains(spec.name) ?? false
            self[flow]?.inputs[spec.name] = spec.settingFailover(hasBackupLeg)
        case .stopInput(let flow, let name):
            self[flow]?.inputs[name] = nil
            self[flow]?.backupLegs.remove(name)
        case .startBackupLeg(let flow, let spec):
            self[flow]?.setBackupLeg(of: spec.name, running: true)
        case .stopBackupLeg(let flow, let spec):
            self[flow]?.setBackupLeg(of: spec.name, running: false)
        case .startOutput(let flow, let spec), .updateOutput(let flow, let spec):
            self[flow]?.outputs[spec.name] = spec
        case .stopOutput(let flow, let name):
            self[flow]?.outputs[name] = nil
        }
    }

    /// Takes over what a failed step leaves behind: an input, leg or output is stopped, a flow is as it was.
    public mutating func stepFailed(_ step: PlanStep) {
        switch step {
        case .createFlow, .updateFlow, .deleteFlow, .stopInput, .stopBackupLeg, .stopOutput:
            break
        case .startInput(let flow, let spec), .updateInput(let flow, let spec):
            stepSucceeded(.stopInput(flow: flow, name: spec.name))
        case .startBackupLeg(let flow, let spec):
            stepSucceeded(.stopBackupLeg(flow: flow, spec))
        case .startOutput(let flow, let spec), .updateOutput(let flow, let spec):
            stepSucceeded(.stopOutput(flow: flow, name: spec.name))
        }
    }
}
