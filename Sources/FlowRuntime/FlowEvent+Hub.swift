import FlowHub
import FlowModel
import Media

extension FlowEvent {
    init(_ event: HubEvent, flow: String) {
        switch event {
        case .peerConnected(let leg, let remote):
            self.init(
                reason: "Connected",
                flow: flow,
                component: leg.description,
                remote: remote,
                message: "the stream of \(remote) arrives"
            )
        case .peerDisconnected(let leg, let remote, let reason):
            self.init(
                reason: "Disconnected",
                severity: .warning,
                flow: flow,
                component: leg.description,
                remote: remote,
                message: "the stream ended: \(reason)"
            )
        case .switched(let from, let to, let gap):
            let milliseconds = gap / 1_000_000
            let message =
                switch from {
                case nil: "\(to) feeds the outputs"
                case to: "\(to) feeds the outputs again after \(milliseconds) ms"
                case .some(let from): "\(to) took over from \(from) after a gap of \(milliseconds) ms"
                }
            self.init(reason: "Switched", flow: flow, component: to.description, message: message)
        case .activeLegLost(let leg):
            self.init(
                reason: "StreamLost",
                severity: .warning,
                flow: flow,
                component: leg.description,
                message: "\(leg) went silent and no other leg is live"
            )
        case .overBandwidth:
            self.init(
                reason: Refusal.overBandwidth.rawValue,
                severity: .warning,
                flow: flow,
                message: "the stream exceeds maxBandwidth; what is above it is dropped"
            )
        case .unsupportedCodec(let codec):
            self.init(
                reason: Refusal.unsupportedCodec.rawValue,
                severity: .warning,
                flow: flow,
                message: "an output cannot carry \(codec); the other tracks go on"
            )
        case .bandwidthBackToNormal:
            self.init(reason: "BandwidthNormal", flow: flow, message: "the stream is within maxBandwidth again")
        }
    }
}
