import FlowHub
import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import SRT

/// An SRT caller input: calls the far side, and calls again when the connection is lost.
final class SRTCallerRunningInput: RunningInput {
    private let id: LegID
    private let hub: FlowHub
    private let hubLeg: HubLeg
    private let merge: MergeGroup
    private let endpoint: SRTInput
    private let address: String

    init(
        _ spec: InputSpec,
        _ input: SRTCallerInput,
        flow: String,
        hub: FlowHub,
        merge: MergeGroup,
        context: ComponentContext
    ) throws(ApplyFailure) {
        self.id = .main(of: spec.name)
        self.hub = hub
        self.merge = merge
        let configuration = SRTCallerConfiguration(
            name: "\(flow)/\(spec.name)",
            streamID: input.streamID,
            latency: input.latency,
            encryption: try input.decryption.map(SRTEncryptionSettings.init),
            peerIdleTimeout: input.peerIdleTimeout,
            resolve: IPEndpoint.resolver(host: input.host, port: input.port)
        )
        hubLeg = hub.addLeg(id)
        do throws(SRTFailure) {
            endpoint = try context.srt.addInput(
                configuration,
                sink: MergeableLeg(id, hubLeg: hubLeg, group: merge)
            )
        } catch {
            hub.removeLeg(hubLeg)
            throw ApplyFailure(error)
        }
        address = ComponentContext.srtCallAddress(host: input.host, port: input.port)
    }

    func update(_ spec: InputSpec) {}

    func stop() {
        endpoint.close("the input was stopped")
        hub.removeLeg(hubLeg)
    }

    func legs(_ hub: HubSnapshot) -> [LegStatus] {
        var status = LegStatus(id, address: address, hub: hub)
        status.take(endpoint.statistics())
        status.take(merge.figures(of: id, at: .now()), hub)
        return [status]
    }
}
