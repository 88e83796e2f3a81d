import Delivery
import FlowModel
import FlowPlanner
import Media

extension Secret {
    /// The value, which the controller has read before the component starts.
    func required(_ what: String) throws(ApplyFailure) -> String {
        guard let value else {
            throw ApplyFailure(
                remedy: .retry,
                reason: "SecretUnavailable",
                message: "the \(what) could not be read from \(source)"
            )
        }
        return value
    }
}

extension ComponentContext {
    /// Passes on what a caller tells.
    func tell(_ event: Redialer.Event, flow: String, component: String) {
        func record(_ reason: String, _ severity: FlowEvent.Severity, remote: String?, _ message: String) {
            onEvent(
                FlowEvent(
                    reason: reason,
                    severity: severity,
                    flow: flow,
                    component: component,
                    remote: remote,
                    message: message
                )
            )
        }
        switch event {
        case .started(let connection):
            record("Connected", .info, remote: connection.remote, "\(connection.remote) takes the stream")
        case .ended(let connection, let reason, let isExpected):
            record("Disconnected", isExpected ? .info : .warning, remote: connection.remote, reason)
        case .failed(let message):
            record("ConnectFailed", .warning, remote: nil, message)
        case .unsupportedCodec(let name, let connection):
            refusals.unsupportedCodec(name, flow: flow, component: component, remote: connection.remote)
        }
    }
}

extension PeerStatus {
    init(_ player: PeerConnection, bitrate: Int64, at now: MonotonicTime) {
        self.init(
            remote: player.remote,
            uptime: Double(now.nanoseconds(since: player.startedAt)) / 1e9,
            bitrate: bitrate
        )
        counters.bytes = player.counters.bytes
        counters.packets = player.counters.packets
        counters.packetsDropped = player.counters.packetsDropped
    }
}
