public import FlowModel

/// One change that brings the running flows closer to the files, small enough to fail on its own.
public enum PlanStep: Hashable, Sendable {
    /// Make a flow without inputs and outputs.
    case createFlow(FlowSpec)
    /// Take over description, bandwidth cap and failover timing; nobody is dropped.
    case updateFlow(FlowSpec)
    case deleteFlow(name: String)

    case startInput(flow: String, InputSpec)
    /// Take over what can change while it runs (description, allowlist); sessions stay.
    case updateInput(flow: String, InputSpec)
    case stopInput(flow: String, name: String)
    /// Start or stop the second leg alone; the first one stays.
    case startBackupLeg(flow: String, InputSpec)
    case stopBackupLeg(flow: String, InputSpec)

    case startOutput(flow: String, OutputSpec)
    /// Take over what can change while it runs (description, allowlist, `maxConcurrent`); sessions stay.
    case updateOutput(flow: String, OutputSpec)
    case stopOutput(flow: String, name: String)
}
