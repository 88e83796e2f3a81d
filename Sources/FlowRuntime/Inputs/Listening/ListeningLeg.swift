import FlowHub
import FlowModel
import NetworkAddress

/// One leg of an input that waits for its sender: a place on a port that flows share, or a port of its own.
protocol ListeningLeg: Sendable {
    /// From now on these may send; a sender that may no longer is not cut off.
    func update(allow: Allowlist)
    /// Ends the sender's session and gives up the place; afterwards the flow hears nothing of the leg. Called once.
    func close()
    func status(_ hub: HubSnapshot) -> LegStatus
}
