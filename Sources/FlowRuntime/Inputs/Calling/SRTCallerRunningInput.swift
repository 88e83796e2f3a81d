import FlowHub
import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import SRT

/// An SRT caller input: calls the far side, and calls again when the connection is lost.
final class SRTCallerRunningInput: RunningInput {
    private let leg: SRTInputLeg
    private let address: String

    init(
        _ spec: InputSpec,
        _ input: SRTCallerInput,
        flow: String,
        hub: FlowHub,
        merge: MergeGroup,
        context: ComponentContext
    ) throws(ApplyFailure) {
        let configuration = SRTCallerConfiguration(
            name: "\(flow)/\(spec.name)",
            streamID: input.streamID,
            latency: input.latency,
            encryption: try input.decryption.map(SRTEncryptionSettings.init),
            peerIdleTimeout: input.peerIdleTimeout,
            resolve: IPEndpoint.resolver(host: input.host, port: input.port)
        )
        leg = try SRTInputLeg(.main(of: spec.name), hub: hub, merge: merge) { sink throws(SRTFailure) in
            try context.srt.addInput(configuration, sink: sink)
        }
        address = ComponentContext.srtCallAddress(host: input.host, port: input.port)
    }

    func update(_ spec: InputSpec) {}

    func stop() {
        leg.close()
    }

    func legs(_ hub: HubSnapshot) -> [LegStatus] {
        [leg.status(hub, address: address)]
    }
}
