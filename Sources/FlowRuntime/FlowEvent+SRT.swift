import FlowModel
import Media
import SRT

/// The endpoints of the SRT room are named `flow/component`.
extension FlowEvent {
    /// Passes on what the SRT room tells.
    static func tell(_ event: SRTEvent, refusals: RefusalLedger, onEvent: @Sendable (FlowEvent) -> Void) {
        switch event {
        case .refused(let reason, let endpoint, let remote):
            let (flow, component) = place(endpoint ?? "")
            refusals.refused(reason, flow: flow, component: component ?? "srt", remote: remote)
        case .triedTooOften(let endpoint, let remote):
            let (flow, component) = place(endpoint)
            refusals.refused(
                .tooManyConnections,
                flow: flow,
                component: component ?? "srt",
                remote: remote,
                message: "wrong keys came from this address too often: it may try once a second"
            )
        case .receiverConnected(let endpoint, let remote, let isCalled):
            onEvent(
                FlowEvent(
                    "Connected",
                    endpoint: endpoint,
                    remote: remote,
                    message: isCalled ? "\(remote) takes the stream" : "\(remote) plays"
                )
            )
        case .receiverDisconnected(let endpoint, let remote, let reason, let isExpected):
            onEvent(
                FlowEvent(
                    "Disconnected",
                    severity: isExpected ? .info : .warning,
                    endpoint: endpoint,
                    remote: remote,
                    message: isExpected ? "\(remote) plays no more: \(reason)" : reason
                )
            )
        case .callFailed(let endpoint, let message):
            onEvent(FlowEvent("ConnectFailed", severity: .warning, endpoint: endpoint, message: message))
        case .latencyTooLow(let advice, let endpoint, let remote):
            onEvent(FlowEvent(advice, endpoint: endpoint, remote: remote))
        case .libraryLog(let line):
            onEvent(FlowEvent(reason: "SRTLibrary", severity: .debug, flow: "", component: "srt", message: line))
        case .suppressed(let count):
            onEvent(
                FlowEvent(
                    reason: "EventsSuppressed",
                    severity: .debug,
                    flow: "",
                    component: "srt",
                    message: "\(count) more events of this kind were left out"
                )
            )
        }
    }

    /// What a connection's latency should be; nil when it is long enough again.
    private init(_ advice: SRTLatencyAdvice?, endpoint: String, remote: String) {
        let message =
            if let advice {
                "the latency of \(advice.latencyMilliseconds) ms is below three round trips of "
                    + "\(Int(advice.roundTripMilliseconds.rounded(.up))) ms: set latency: \(advice.advisedMilliseconds)ms"
            } else {
                "the latency is long enough for the round-trip time again"
            }
        self.init(
            advice == nil ? "LatencySufficient" : "LatencyTooLow",
            severity: advice == nil ? .info : .warning,
            endpoint: endpoint,
            remote: remote,
            message: message
        )
    }

    private init(
        _ reason: String,
        severity: Severity = .info,
        endpoint: String,
        remote: String? = nil,
        message: String
    ) {
        let (flow, component) = Self.place(endpoint)
        self.init(
            reason: reason,
            severity: severity,
            flow: flow,
            component: component,
            remote: remote,
            message: message
        )
    }

    private static func place(_ endpoint: String) -> (flow: String, component: String?) {
        let parts = endpoint.split(separator: "/", maxSplits: 1).map(String.init)
        return (parts.first ?? "", parts.count > 1 ? parts[1] : nil)
    }
}
