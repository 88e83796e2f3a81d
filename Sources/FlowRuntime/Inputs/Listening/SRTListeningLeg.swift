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

    private let id: LegID
    private let hub: FlowHub
    private let hubLeg: HubLeg
    private let merge: MergeGroup
    private let endpoint: SRTInput
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
        self.id = id
        self.hub = hub
        self.merge = merge
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
        address = context.srtListenAddress(port: endpoint.localPort, streamID: streamID)
    }

    func update(allow: Allowlist) {
        endpoint.update(allow: allow)
    }

    func close() {
        endpoint.close("the input was stopped")
        hub.removeLeg(hubLeg)
    }

    func status(_ hub: HubSnapshot) -> LegStatus {
        var status = LegStatus(id, address: address, hub: hub)
        status.take(endpoint.statistics())
        status.take(merge.figures(of: id, at: .now()), hub)
        return status
    }
}
