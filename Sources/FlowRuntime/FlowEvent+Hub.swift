import FlowHub
import FlowModel
import MPEGTS
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
        case .switched(let from, let to, let gap, let reason):
            let milliseconds = gap / 1_000_000
            let message =
                switch from {
                case nil: "\(to) feeds the outputs"
                case to: "\(to) feeds the outputs again after \(milliseconds) ms"
                case .some(let from):
                    "\(to) took over from \(from) after a gap of \(milliseconds) ms: \(Self.explanation(of: reason, from))"
                }
            self.init(reason: "Switched", flow: flow, component: to.description, message: message)
        case .activeLegLost(let leg, let reason):
            self.init(
                reason: "StreamLost",
                severity: .warning,
                flow: flow,
                component: leg.description,
                message: reason == .closed
                    ? "the stream of \(leg) ended and no other leg is live"
                    : "\(leg) went silent and no other leg is live"
            )
        case .qualityChanged(let leg, let impairment?):
            self.init(
                reason: "QualityLost",
                severity: .warning,
                flow: flow,
                component: leg.description,
                message: "\(leg) counts as lost: \(impairment.explanation)"
            )
        case .qualityChanged(let leg, nil):
            self.init(
                reason: "QualityRecovered",
                flow: flow,
                component: leg.description,
                message: "\(leg) is without fault again"
            )
        case .joined(let leg, let seam):
            self.init(
                reason: "Joined",
                flow: flow,
                component: leg.description,
                message: "\(leg) goes on downstream \(seam.explanation)"
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

    /// Packets of a merge that came on neither leg.
    init(_ loss: MergeLoss, _ leg: LegID, flow: String) {
        let message =
            switch loss {
            case .packets(let count):
                "\(count) \(count == 1 ? "packet" : "packets") came on neither leg within the merge window"
            case .places(let count):
                "at \(count) \(count == 1 ? "place" : "places") packets came on neither leg within the merge window"
            }
        self.init(
            reason: "MergeLoss",
            severity: .warning,
            flow: flow,
            component: leg.description,
            message: message
        )
    }

    private static func explanation(of reason: LegSelector.Reason, _ former: LegID) -> String {
        switch reason {
        case .first: "there was none before"
        case .closed: "the stream of \(former) ended"
        case .silent: "\(former) went silent"
        case .impaired: "the quality of \(former) is too poor"
        case .preferred: "it stands before \(former) and is healthy again"
        case .chosen: "the file chooses it"
        case .filledIn: "\(former) only filled in"
        }
    }
}

extension Impairment {
    /// What is wrong, after a colon.
    var explanation: String {
        switch self {
        case .lowBitrate(let bitrate): "its bitrate fell to \(bitrate / 1_000) kbit/s"
        case .noPictures: "it has brought no picture for too long"
        case .continuityErrors(let count): "it had \(count) continuity errors in a second"
        case .frozen: "its time stamps stand still"
        }
    }
}

extension TSSplice.Seam {
    fileprivate var explanation: String {
        let step = decodeStep / MediaTime.ticksPerMillisecond
        return switch kind {
        case .samePackets: "with the packet after the last one: both ways carry the same"
        case .resumed: "where it was interrupted"
        case .fitting: "on a picture of its own, without a change of times; DTS steps by \(step) ms"
        case .unchanged: "as it comes: it shows no place to begin at"
        case .rebased: "on a picture of its own, with times moved to follow; DTS steps by \(step) ms"
        }
    }
}
