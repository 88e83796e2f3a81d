import FlowHub
import FlowModel
import FlowPlanner
import MPEGTS

/// An input that runs: it owns its sockets and feeds its legs.
protocol RunningInput: AnyObject, Sendable {
    /// Takes over what may change while it runs.
    func update(_ spec: InputSpec)
    func startBackupLeg(_ spec: InputSpec) throws(ApplyFailure)
    func stopBackupLeg()
    /// Closes everything; afterwards no leg hears from it. Called once.
    func stop()
    func legs(_ hub: HubSnapshot) -> [LegStatus]
}

extension RunningInput {
    func startBackupLeg(_ spec: InputSpec) throws(ApplyFailure) {}
    func stopBackupLeg() {}
}

extension LegStatus {
    /// What the hub knows of a leg, ready for the protocol's own figures.
    init(_ id: LegID, address: String, hub: HubSnapshot) {
        self.init(name: id.leg, address: address, state: .waiting, active: hub.activeLeg == id)
        guard let leg = hub.legs.first(where: { $0.id == id }) else { return }
        state = leg.connectedForNanoseconds == nil ? .waiting : .connected
        remote = leg.remote
        uptime = leg.connectedForNanoseconds.map { Double($0) / 1e9 }
        bitrate = leg.bitsPerSecond
        counters.bytes = leg.bytes
        counters.packets = leg.packets
        counters.reconnects = leg.connections > 0 ? leg.connections - 1 : 0
        transportStream = leg.inspection.map { TransportStreamStatus(leg, $0) }
    }
}
