import FlowHub
import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import Synchronization

/// A leg of an `rtmp` input: a publisher's place on the RTMP port.
struct RTMPListeningLeg: ListeningLeg {
    /// What is appended to the stream key of the backup leg.
    static let backupKeySuffix = "-backup"

    private let id: LegID
    private let hub: FlowHub
    private let hubLeg: HubLeg
    private let server: RTMPServer
    private let place: RTMPServer.Publication
    private let address: String

    init(
        _ id: LegID,
        _ input: RTMPInput,
        allow: Allowlist,
        flow: String,
        hub: FlowHub,
        context: ComponentContext
    ) throws(ApplyFailure) {
        guard !context.rtmp.listeners.all.isEmpty else { throw .rtmpIsOff }
        let key = try input.streamKey?.required("stream key") ?? context.streamKeys.key(flow: flow, input: id.input)
        let server = context.rtmp
        let opened = Mutex<RTMPServer.Publication?>(nil)
        hubLeg = hub.addLeg(id) {
            if let place = opened.withLock({ $0 }) { server.cut(place, .overBandwidth) }
        }
        let place = server.addPublication(
            flow: flow,
            component: id.description,
            key: id.isBackup ? key + Self.backupKeySuffix : key,
            allow: allow,
            leg: hubLeg
        )
        opened.withLock { $0 = place }
        self.id = id
        self.hub = hub
        self.server = server
        self.place = place
        address = context.rtmpAddress(flow: flow)
    }

    func update(allow: Allowlist) {
        server.update(place, allow: allow)
    }

    func close() {
        server.remove(place)
        hub.removeLeg(hubLeg)
    }

    func status(_ hub: HubSnapshot) -> LegStatus {
        LegStatus(id, address: address, hub: hub)
    }
}
