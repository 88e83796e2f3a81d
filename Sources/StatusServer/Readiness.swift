import FlowModel
import Hummingbird

/// Whether the gateway has brought everything up that the files ask for, and if not, what is missing.
///
/// Answered without a token, so the reason counts and names nothing.
struct Readiness: Equatable {
    var isReady: Bool
    var reason: String

    init(_ status: GatewayStatus) {
        isReady = status.ready
        guard !status.ready else {
            reason = "ready"
            return
        }
        guard status.reconcile.passes > 0 else {
            reason = "the flow files have not been read yet"
            return
        }
        let waiting = status.flows.count { !$0.suspended && !$0.isReady }
        let invalid = status.files.count { !$0.valid }
        reason =
            "not everything that the files ask for runs yet: \(waiting) of \(status.flows.count) flows are not ready, "
            + "\(invalid) of \(status.files.count) files are invalid"
    }

    var answer: StatusAnswer {
        isReady ? .text("ready\n") : .error(reason, status: .serviceUnavailable)
    }
}
