import FlowHub
import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import PacketIO
import RTP
import Synchronization

/// An RTP input: one UDP socket a leg, the backup's two ports above the main's.
final class RTPRunningInput: RunningInput {
    /// The main leg's port is even; its RTCP would stand on the next one (RFC 3550 §11).
    static let backupPortOffset: UInt16 = 2

    private struct Leg {
        let hubLeg: HubLeg
        let handler: RTPInputLeg
        let receiver: UDPReceiver
    }

    private struct State {
        var spec: InputSpec
        var legs = LegPair<Leg>()
        var allocatedPort: UInt16?
    }

    private let flow: String
    private let hub: FlowHub
    private let context: ComponentContext
    private let state: Mutex<State>

    init(_ spec: InputSpec, _ input: RTPInput, flow: String, hub: FlowHub, context: ComponentContext)
        throws(ApplyFailure)
    {
        self.flow = flow
        self.hub = hub
        self.context = context
        self.state = Mutex(State(spec: spec))
        if let port = input.port {
            let main = try open(spec.name, input, leg: "main", port: port)
            state.withLock { $0.legs.main = main }
            if input.failover {
                do throws(ApplyFailure) {
                    let backup = try open(spec.name, input, leg: "backup", port: port + Self.backupPortOffset)
                    state.withLock { $0.legs.backup = backup }
                } catch {
                    close(main)
                    throw error
                }
            }
        } else {
            let allocated = try context.ports.allocate(owner: owner(spec.name)) { port throws(ApplyFailure) in
                let main = try open(spec.name, input, leg: "main", port: port)
                guard input.failover else { return LegPair(main: main) }
                do throws(ApplyFailure) {
                    let backup = try open(spec.name, input, leg: "backup", port: port + Self.backupPortOffset)
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
            do { try leg.receiver.update(allow: input.allow) } catch {
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
        let backup = try open(spec.name, input, leg: "backup", port: port + Self.backupPortOffset)
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
        return status
    }

    private func open(_ name: String, _ input: RTPInput, leg: String, port: UInt16) throws(ApplyFailure) -> Leg {
        let (flow, context) = (flow, context)
        let hubLeg = hub.addLeg(LegID(input: name, leg: leg))
        let handler = RTPInputLeg(sink: hubLeg, idleTimeout: input.idleTimeout) { reason, source, message in
            context.refusals.refused(
                reason,
                flow: flow,
                component: "\(name)/\(leg)",
                remote: source.description,
                message: message
            )
        }
        let configuration = UDPReceiverConfiguration(
            port: port,
            group: input.group,
            interface: input.interface,
            allow: input.allow
        )
        do throws(PacketIOError) {
            return Leg(
                hubLeg: hubLeg,
                handler: handler,
                receiver: try context.packetLoop.addReceiver(configuration, handler: handler)
            )
        } catch {
            hub.removeLeg(hubLeg)
            throw ApplyFailure(error)
        }
    }

    private func close(_ leg: Leg) {
        leg.receiver.close()
        hub.removeLeg(leg.hubLeg)
    }

    private func owner(_ name: String) -> String { "\(flow)/\(name)" }
}
