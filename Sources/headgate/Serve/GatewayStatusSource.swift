import FlowController
import FlowModel
import FlowPlanner
import FlowRuntime
import Foundation
import StatusServer

/// Puts together what the status server shows.
struct GatewayStatusSource: StatusSource {
    let controller: FlowController
    let runtime: FlowRuntime
    let listeners: ListenerTable
    let startTime = Date().timeIntervalSince1970

    func gatewayStatus() async -> GatewayStatus {
        let status = await controller.status()
        return GatewayStatus(
            version: GatewayVersion.current,
            startTime: startTime,
            ready: status.ready,
            listeners: listeners.all,
            reconcile: status.reconcile,
            files: status.files,
            flows: status.flows,
            refusals: runtime.refusals
        )
    }

    func streamAddresses() async -> [StreamAddress] {
        runtime.streamAddresses
    }

    func reload() async {
        await controller.reload()
    }

    func plan(_ request: PlanRequest) async -> PlanPreview {
        await controller.preview(request)
    }
}
