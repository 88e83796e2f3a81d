public import FlowModel
public import FlowPlanner

/// Where the status server gets its snapshots from, and whom it tells to look at the files again.
public protocol StatusSource: Sendable {
    /// A snapshot of everything that the server shows. Called at most once in `SnapshotCache.lifetime`.
    func gatewayStatus() async -> GatewayStatus
    /// Where to publish and play, with the keys: shown to clients on this machine only.
    func streamAddresses() async -> [StreamAddress]
    /// Reads the flow files now; returns after the pass.
    func reload() async
    /// What files that are not in place would change. Opens no path that the request names.
    func plan(_ request: PlanRequest) async -> PlanPreview
}
