import FlowHub
import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import PacketIO
import RTP
import Synchronization

/// An RTP input: one UDP socket a leg, and two more for FEC.
final class RTPRunningInput: RunningInput {
    private struct Leg {
        let id: LegID
        let hubLeg: HubLeg
        let handler: RTPInputLeg
        let receiver: UDPReceiver
        /// For columns and rows; none without FEC.
        let fecReceivers: [UDPReceiver]

        var receivers: [UDPReceiver] { [receiver] + fecReceivers }
    }

    private struct State {
        var spec: InputSpec
        var legs = LegPair<Leg>()
        var allocatedPort: UInt16?
    }

    private let flow: String
    private let hub: FlowHub
    private let merge: MergeGroup
    private let context: ComponentContext
    private let state: Mutex<State>

    init(
        _ spec: InputSpec,
        _ input: RTPInput,
        flow: String,
        hub: FlowHub,
        merge: MergeGroup,
        context: ComponentContext
    ) throws(ApplyFailure) {
        self.flow = flow
        self.hub = hub
        self.merge = merge
        self.context = context
        self.state = Mutex(State(spec: spec))
        if let port = input.port {
            let main = try open(spec.name, input, leg: "main", port: port)
            state.withLock { $0.legs.main = main }
            if input.failover {
                do throws(ApplyFailure) {
                    let backup = try open(spec.name, input, leg: "backup", port: port + input.backupPortOffset)
                    state.withLock { $0.legs.backup = backup }
                } catch {
                    close(main)
                    throw error
                }
            }
        } else {
            let allocated = try context.ports.allocate(
                owner: owner(spec.name),
                width: max(PortAllocator.defaultWidth, input.lastPortOffset + 2)
            ) { port throws(ApplyFailure) in
                let main = try open(spec.name, input, leg: "main", port: port)
                guard input.failover else { return LegPair(main: main) }
                do throws(ApplyFailure) {
                    let backup = try open(spec.name, input, leg: "backup", port: port + input.backupPortOffset)
                    return LegPair(main: main, backup: backup)
                } catch {
                    close(main)
                    throw error
                }
            }
            state.withLock {
                $0.legs = allocated.bound
                $0.allocatedPort = allocated.port
            }
        }
    }

    func update(_ spec: InputSpec) {
        guard case .rtp(let input) = spec.source else { return }
        let legs = state.withLock { state in
            state.spec = spec
            return state.legs.running
        }
        // A failure leaves the old allowlist in force, which is the safe side; it is told.
        for (_, leg) in legs {
            do { for receiver in leg.receivers { try receiver.update(allow: input.allow) } } catch {
                context.onEvent(
                    FlowEvent(
                        reason: "AllowlistNotApplied",
                        severity: .error,
                        flow: flow,
                        component: spec.name,
                        message: error.message
                    )
                )
            }
        }
    }

    func startBackupLeg(_ spec: InputSpec) throws(ApplyFailure) {
        guard case .rtp(let input) = spec.source else { return }
        let (isRunning, port) = state.withLock { state in
            state.spec = spec
            return (state.legs.backup != nil, input.port ?? state.allocatedPort)
        }
        guard !isRunning, let port else { return }
        let backup = try open(spec.name, input, leg: "backup", port: port + input.backupPortOffset)
        state.withLock { $0.legs.backup = backup }
    }

    func stopBackupLeg() {
        state.withLock { $0.legs.takeBackup() }.map(close)
    }

    func stop() {
        let (name, legs) = state.withLock { ($0.spec.name, $0.legs.takeAll()) }
        for leg in legs { close(leg) }
        context.ports.release(owner: owner(name))
    }

    func legs(_ hub: HubSnapshot) -> [LegStatus] {
        let (spec, legs) = state.withLock { ($0.spec, $0.legs.running) }
        guard case .rtp(let input) = spec.source else { return [] }
        return legs.map { name, leg in status(leg, LegID(input: spec.name, leg: name), input, hub) }
    }

    private func status(_ leg: Leg, _ id: LegID, _ input: RTPInput, _ hub: HubSnapshot) -> LegStatus {
        let shown = context.shown(host: input.group ?? IPAddress(v4: 0), port: leg.receiver.localPort)
        let figures = leg.handler.figures
        let socket = leg.receiver.counters
        var status = LegStatus(id, address: "\(figures.transport == .plain ? "udp" : "rtp")://\(shown)", hub: hub)
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

    private func open(_ name: String, _ input: RTPInput, leg: String, port: UInt16) throws(ApplyFailure) -> Leg {
        let (flow, context) = (flow, context)
        let id = LegID(input: name, leg: leg)
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
            opened.append(try receive(on: port, input, handler))
            if input.fec != .none {
                for offset in [RTPInput.columnPortOffset, RTPInput.rowPortOffset] {
                    opened.append(try receive(on: port &+ offset, input, FECInputPort(handler)))
                }
            }
        } catch {
            opened.forEach { $0.close() }
            hub.removeLeg(hubLeg)
            throw ApplyFailure(error)
        }
        return Leg(
            id: id,
            hubLeg: hubLeg,
            handler: handler,
            receiver: opened[0],
            fecReceivers: Array(opened.dropFirst())
        )
    }

    private func receive(
        on port: UInt16,
        _ input: RTPInput,
        _ handler: any DatagramHandler
    ) throws(PacketIOError) -> UDPReceiver {
        let configuration = UDPReceiverConfiguration(
            port: port,
            group: input.group,
            interface: input.interface,
            allow: input.allow
        )
        return try context.packetLoop.addReceiver(configuration, handler: handler)
    }

    private func close(_ leg: Leg) {
        leg.receivers.forEach { $0.close() }
        merge.peerDisconnected("stopped", of: leg.id, at: .now())
        hub.removeLeg(leg.hubLeg)
    }

    private func owner(_ name: String) -> String { "\(flow)/\(name)" }
}
