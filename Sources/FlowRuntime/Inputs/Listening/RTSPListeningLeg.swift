import Delivery
import FlowHub
import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import RTSP
import Synchronization

/// A leg of an `rtsp` input: a publisher's place on the RTSP port.
struct RTSPListeningLeg: ListeningLeg {
    private let id: LegID
    private let hub: FlowHub
    private let hubLeg: HubLeg
    private let server: RTSPServer
    private let place: RTSPPublication
    private let address: String

    init(
        _ id: LegID,
        _ input: RTSPInput,
        allow: Allowlist,
        flow: String,
        hub: FlowHub,
        context: ComponentContext
    ) throws(ApplyFailure) {
        guard !context.rtsp.listeners.all.isEmpty else { throw .rtspIsOff }
        let credentials = try RTSPCredentials(username: input.username, password: input.password)
        let opened = Mutex<RTSPPublication?>(nil)
        hubLeg = hub.addLeg(id) { opened.withLock { $0 }?.connection?.refuse(.overBandwidth) }
        let place = RTSPPublication(
            flow: flow,
            name: id.isBackup ? id.input + RTSPInput.backupPathSuffix : id.input,
            component: id.description,
            credentials: credentials,
            allow: allow,
            sink: hubLeg,
            isSilent: { [hubLeg] in hubLeg.isSilent },
            refusals: context.refusals
        )
        opened.withLock { $0 = place }
        context.rtsp.add(place)
        self.id = id
        self.hub = hub
        self.server = context.rtsp
        self.place = place
        address = context.rtspAddress(flow: flow, name: place.name)
    }

    func update(allow: Allowlist) {
        place.update(allow: allow)
    }

    func close() {
        server.remove(place)
        hub.removeLeg(hubLeg)
    }

    func status(_ hub: HubSnapshot) -> LegStatus {
        var status = LegStatus(id, address: address, hub: hub)
        status.take(place.receptions.figures)
        return status
    }
}
