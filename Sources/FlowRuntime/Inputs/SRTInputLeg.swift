import FlowHub
import FlowModel
import FlowPlanner
import Media
import SRT

/// The SRT endpoint of an input, listener or caller, with the leg of the flow that it feeds.
struct SRTInputLeg: Sendable {
    private let id: LegID
    private let hub: FlowHub
    private let hubLeg: HubLeg
    private let merge: MergeGroup
    let endpoint: SRTInput

    /// - Parameter open: Makes the endpoint, which delivers to the leg.
    init(
        _ id: LegID,
        hub: FlowHub,
        merge: MergeGroup,
        open: (MergeableLeg) throws(SRTFailure) -> SRTInput
    ) throws(ApplyFailure) {
        self.id = id
        self.hub = hub
        self.merge = merge
        hubLeg = hub.addLeg(id)
        do throws(SRTFailure) {
            endpoint = try open(MergeableLeg(id, hubLeg: hubLeg, group: merge))
        } catch {
            hub.removeLeg(hubLeg)
            throw ApplyFailure(error)
        }
    }

    func close() {
        endpoint.close("the input was stopped")
        hub.removeLeg(hubLeg)
    }

    func status(_ hub: HubSnapshot, address: String) -> LegStatus {
        var status = LegStatus(id, address: address, hub: hub)
        status.take(endpoint.statistics())
        status.take(merge.figures(of: id, at: .now()), hub)
        return status
    }
}
