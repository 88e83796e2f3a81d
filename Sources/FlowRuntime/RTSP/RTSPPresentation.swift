import Delivery
import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import RTSP
import Synchronization

/// What players find on the RTSP port: one output.
final class RTSPPresentation: RTSPPlace {
    private struct State {
        var allow: Allowlist
        var maximum: Int
        var players: [PeerConnection] = []
        var isClosed = false
    }

    let flow: String
    /// The output, and the last part of its path.
    let component: String
    let credentials: RTSPCredentials?
    private let broadcast: RTSPFanOut
    private let refusals: RefusalLedger
    private let onEvent: @Sendable (FlowEvent) -> Void
    private let state: Mutex<State>

    init(
        _ fanOut: RTSPFanOut,
        flow: String,
        component: String,
        credentials: RTSPCredentials?,
        allow: Allowlist,
        maximum: Int,
        refusals: RefusalLedger,
        onEvent: @escaping @Sendable (FlowEvent) -> Void
    ) {
        self.flow = flow
        self.component = component
        self.credentials = credentials
        self.refusals = refusals
        self.onEvent = onEvent
        broadcast = fanOut
        state = Mutex(State(allow: allow, maximum: maximum))
    }

    var name: String { component }
    var fanOut: RTSPFanOut? { broadcast }
    var players: [PeerConnection] { state.withLock { $0.players } }

    func allows(_ address: IPAddress) -> Bool { state.withLock { $0.allow.allows(address) } }

    func update(allow: Allowlist, maximum: Int) {
        state.withLock { ($0.allow, $0.maximum) = (allow, maximum) }
    }

    func publish(_ connection: PeerConnection) -> Result<any LegSink, RTSPRefusal> {
        .failure(RTSPRefusal(.wrongDirection))
    }

    func receives(_ reception: RTSPReception, _ connection: PeerConnection) {}

    /// Ends the sessions of the players, and lets no other in: some may know the stream's description already.
    func close() {
        let players = state.withLock { state in
            state.isClosed = true
            return state.players
        }
        for player in players { player.end() }
    }

    func play(_ connection: PeerConnection) -> RTSPRefusal? {
        let (refusal, isNew): (Refusal?, Bool) = state.withLock { state in
            guard !state.isClosed else { return (.unknownStreamKey, false) }
            guard !state.players.contains(where: { $0 === connection }) else { return (nil, false) }
            guard state.players.count < state.maximum else { return (.tooManyReceivers, false) }
            state.players.append(connection)
            return (nil, true)
        }
        if let refusal {
            refusals.refused(refusal, flow: flow, component: component, remote: connection.remote)
            return RTSPRefusal(refusal)
        }
        if isNew { tell("Connected", connection, "plays") }
        return nil
    }

    func leave(_ connection: PeerConnection) {
        let wasPlaying = state.withLock { state in
            let count = state.players.count
            state.players.removeAll { $0 === connection }
            return state.players.count < count
        }
        if wasPlaying { tell("Disconnected", connection, "plays no more") }
    }

    func unsupportedCodec(_ name: String, _ connection: PeerConnection) {}

    private func tell(_ reason: String, _ connection: PeerConnection, _ what: String) {
        onEvent(
            FlowEvent(
                reason: reason,
                flow: flow,
                component: component,
                remote: connection.remote,
                message: "\(connection.remote) \(what)"
            )
        )
    }
}

extension RTSPFanOut {
    /// For an output, whose codecs that RTSP does not carry become events of it.
    convenience init(flow: String, component: String, refusals: RefusalLedger) {
        self.init { codec in
            refusals.unsupportedCodec(codec.rawValue, flow: flow, component: component, remote: nil)
        }
    }
}
