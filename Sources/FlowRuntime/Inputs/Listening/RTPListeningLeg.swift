import FlowHub
import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import PacketIO
import RTP

/// A leg of an RTP input: one UDP socket, and two more for FEC.
struct RTPListeningLeg: ListeningLeg {
    private let id: LegID
    private let flow: String
    private let hub: FlowHub
    private let hubLeg: HubLeg
    private let merge: MergeGroup
    private let context: ComponentContext
    private let handler: RTPInputLeg
    private let receiver: UDPReceiver
    /// For columns and rows; none without FEC.
    private let fecReceivers: [UDPReceiver]
    /// `HOST:PORT`, as a sender should use it.
    private let place: String

    init(
        _ id: LegID,
        _ input: RTPInput,
        port: UInt16,
        allow: Allowlist,
        flow: String,
        hub: FlowHub,
        merge: MergeGroup,
        context: ComponentContext
    ) throws(ApplyFailure) {
        func receive(_ offset: UInt16, _ handler: any DatagramHandler) throws(PacketIOError) -> UDPReceiver {
            let configuration = UDPReceiverConfiguration(
                port: port &+ offset,
                group: input.group,
                interface: input.interface,
                allow: allow
            )
            return try context.packetLoop.addReceiver(configuration, handler: handler)
        }
        let hubLeg = hub.addLeg(id)
        let handler = RTPInputLeg(
            id,
            sink: hubLeg,
            group: merge,
            repairsLosses: input.fec != .none,
            idleTimeout: input.idleTimeout
        ) { reason, source, message in
            context.refusals.refused(
                reason,
                flow: flow,
                component: id.description,
                remote: source.description,
                message: message
            )
        }
        var opened: [UDPReceiver] = []
        do throws(PacketIOError) {
            receiver = try receive(0, handler)
            opened.append(receiver)
            if input.fec != .none {
                for offset in [RTPInput.columnPortOffset, RTPInput.rowPortOffset] {
                    opened.append(try receive(offset, FECInputPort(handler)))
                }
            }
        } catch {
            opened.forEach { $0.close() }
            hub.removeLeg(hubLeg)
            throw ApplyFailure(error)
        }
        self.id = id
        self.flow = flow
        self.hub = hub
        self.hubLeg = hubLeg
        self.merge = merge
        self.context = context
        self.handler = handler
        fecReceivers = Array(opened.dropFirst())
        place = context.shown(host: input.group ?? IPAddress(v4: 0), port: receiver.localPort)
    }

    private var receivers: [UDPReceiver] { [receiver] + fecReceivers }

    func update(allow: Allowlist) {
        do { for receiver in receivers { try receiver.update(allow: allow) } } catch {
            // The old allowlist stays in force, which is the safe side.
            context.onEvent(
                FlowEvent(
                    reason: "AllowlistNotApplied",
                    severity: .error,
                    flow: flow,
                    component: id.input,
                    message: error.message
                )
            )
        }
    }

    func close() {
        receivers.forEach { $0.close() }
        merge.peerDisconnected("stopped", of: id, at: .now())
        hub.removeLeg(hubLeg)
    }

    func status(_ hub: HubSnapshot) -> LegStatus {
        let figures = handler.figures
        let socket = receiver.counters
        var status = LegStatus(id, address: "\(figures.transport == .plain ? "udp" : "rtp")://\(place)", hub: hub)
        status.counters.packetsLost = figures.rtp.lost
        status.counters.packetsDuplicated = figures.rtp.duplicated
        status.counters.packetsReordered = figures.rtp.reordered
        status.counters.packetsDropped = socket.kernelDrops &+ socket.truncated &+ figures.rtp.late
        status.counters.packetsRefused =
            socket.refused &+ figures.otherSender &+ figures.notTransportStream &+ figures.rtp.malformed
        status.counters.reconnects &+= figures.rtp.ssrcChanges
        status.counters.packetsRecovered = figures.fec?.recovered ?? 0
        status.take(merge.figures(of: id, at: .now()), hub)
        return status
    }
}
