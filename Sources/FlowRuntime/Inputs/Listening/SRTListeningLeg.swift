import FlowHub
import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import SRT

/// A leg of an SRT listener input: an endpoint on a port of its own or on the shared one.
struct SRTListeningLeg: ListeningLeg {
    /// The backup leg's port above the main's, or what is appended to the stream ID on the shared port.
    static let backupPortOffset: UInt16 = 1
    static let backupStreamIDSuffix = "-backup"

    private let leg: SRTInputLeg
    private let address: String

    init(
        _ id: LegID,
        _ input: SRTListenerInput,
        allow: Allowlist,
        flow: String,
        hub: FlowHub,
        merge: MergeGroup,
        context: ComponentContext
    ) throws(ApplyFailure) {
        let name = "\(flow)/\(id.input)"
        var streamID = input.streamID ?? (input.port == nil ? name : nil)
        if id.isBackup, input.port == nil { streamID = streamID.map { $0 + Self.backupStreamIDSuffix } }
        let configuration = SRTListenerInputConfiguration(
            name: id.isBackup ? name + Self.backupStreamIDSuffix : name,
            port: input.port.map { id.isBackup ? $0 + Self.backupPortOffset : $0 },
            streamID: streamID,
            latency: input.latency,
            encryption: try input.decryption.map(SRTEncryptionSettings.init),
            allow: allow,
            peerIdleTimeout: input.peerIdleTimeout
        )
        leg = try SRTInputLeg(id, hub: hub, merge: merge) { sink throws(SRTFailure) in
            try context.srt.addInput(configuration, sink: sink) { sink.isSilent }
        }
        address = context.srtListenAddress(port: leg.endpoint.localPort, streamID: streamID)
    }

    func update(allow: Allowlist) {
        leg.endpoint.update(allow: allow)
    }

    func close() {
        leg.close()
    }

    func status(_ hub: HubSnapshot) -> LegStatus {
        leg.status(hub, address: address)
    }
}
