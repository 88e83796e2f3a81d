public import FlowModel

/// A snapshot of what the controller wants, has and waits for.
public struct ControllerStatus: Sendable {
    /// By name.
    public var flows: [FlowStatus]
    /// By path, also files that were never valid.
    public var files: [FileStatus]
    public var reconcile: ReconcileStatus
    /// Everything that the files ask for has been tried once.
    public var ready: Bool

    public init(flows: [FlowStatus], files: [FileStatus], reconcile: ReconcileStatus, ready: Bool) {
        self.flows = flows
        self.files = files
        self.reconcile = reconcile
        self.ready = ready
    }
}
