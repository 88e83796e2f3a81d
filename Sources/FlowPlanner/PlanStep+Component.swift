import FlowModel

/// The part of a flow that a step or a change is about.
public enum FlowComponent: Hashable, Sendable {
    /// The flow itself: its description, bandwidth cap, failover and the order of its inputs.
    case flow
    case input(String)
    /// The second leg of the named input.
    case backupLeg(String)
    case output(String)

    /// The input's or output's name; nil for the flow itself.
    public var name: String? {
        switch self {
        case .flow: nil
        case .input(let name), .backupLeg(let name), .output(let name): name
        }
    }
}

extension FlowComponent: CustomStringConvertible {
    public var description: String {
        switch self {
        case .flow: "flow"
        case .input(let name): "input \(name)"
        case .backupLeg(let input): "backup leg of input \(input)"
        case .output(let name): "output \(name)"
        }
    }
}

extension PlanStep {
    /// When a step's turn comes: all releases of all flows precede all adjustments, and these all acquisitions.
    public enum Phase: Int, Hashable, Sendable, Comparable, CaseIterable {
        /// Frees sockets.
        case release
        /// Neither frees nor takes sockets.
        case adjust
        /// Takes sockets.
        case acquire

        public static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
    }

    public var phase: Phase {
        switch self {
        case .deleteFlow, .stopInput, .stopBackupLeg, .stopOutput: .release
        case .createFlow, .updateFlow, .updateInput, .updateOutput: .adjust
        case .startInput, .startBackupLeg, .startOutput: .acquire
        }
    }

    /// The name of the flow that the step belongs to.
    public var flow: String {
        switch self {
        case .createFlow(let spec), .updateFlow(let spec): spec.name
        case .deleteFlow(let name): name
        case .startInput(let flow, _), .updateInput(let flow, _), .stopInput(let flow, _),
            .startBackupLeg(let flow, _), .stopBackupLeg(let flow, _),
            .startOutput(let flow, _), .updateOutput(let flow, _), .stopOutput(let flow, _):
            flow
        }
    }

    public var component: FlowComponent {
        switch self {
        case .createFlow, .updateFlow, .deleteFlow: .flow
        case .startInput(_, let spec), .updateInput(_, let spec): .input(spec.name)
        case .stopInput(_, let name): .input(name)
        case .startBackupLeg(_, let spec), .stopBackupLeg(_, let spec): .backupLeg(spec.name)
        case .startOutput(_, let spec), .updateOutput(_, let spec): .output(spec.name)
        case .stopOutput(_, let name): .output(name)
        }
    }
}

extension PlanStep: CustomStringConvertible {
    /// `start input fibre of flow stadium-a`; names only, never a spec.
    public var description: String {
        let verb =
            switch self {
            case .createFlow: "create"
            case .updateFlow, .updateInput, .updateOutput: "update"
            case .deleteFlow: "delete"
            case .startInput, .startBackupLeg, .startOutput: "start"
            case .stopInput, .stopBackupLeg, .stopOutput: "stop"
            }
        return component == .flow ? "\(verb) flow \(flow)" : "\(verb) \(component) of flow \(flow)"
    }
}
