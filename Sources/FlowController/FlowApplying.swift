public import FlowModel
public import FlowPlanner

/// The data plane as the controller sees it: something that carries out steps and tells how it is.
///
/// Steps of one flow come one after the other; steps of different flows come at the same time.
public protocol FlowApplying: Sendable {
    /// Carries out one step, or leaves the component that it names stopped and says why.
    ///
    /// Deleting a flow drains it. A step that waits for others (resolving a host, say) delays its own flow only.
    func apply(_ step: PlanStep) async throws(ApplyFailure)

    /// What every flow does right now.
    func reports() async -> [FlowReport]
}
