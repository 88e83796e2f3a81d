import FlowHub
import FlowModel
import FlowPlanner

extension ListeningInput {
    /// An `rtp` input, on the ports that it names or on some of the range that are its own until it stops.
    static func rtp(
        _ spec: InputSpec,
        _ input: RTPInput,
        flow: String,
        hub: FlowHub,
        merge: MergeGroup,
        context: ComponentContext
    ) throws(ApplyFailure) -> ListeningInput {
        let owner = "\(flow)/\(spec.name)"
        func listen(from port: UInt16) throws(ApplyFailure) -> ListeningInput {
            try ListeningInput(spec, onStop: { context.ports.release(owner: owner) }) {
                id,
                allow throws(ApplyFailure) in
                try RTPListeningLeg(
                    id,
                    input,
                    port: id.isBackup ? port + input.backupPortOffset : port,
                    allow: allow,
                    flow: flow,
                    hub: hub,
                    merge: merge,
                    context: context
                )
            }
        }
        if let port = input.port { return try listen(from: port) }
        return try context.ports.allocate(
            owner: owner,
            width: max(PortAllocator.defaultWidth, input.lastPortOffset + 2),
            bind: listen
        ).bound
    }
}
