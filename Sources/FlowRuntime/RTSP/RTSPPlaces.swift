import Delivery
import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import RTSP
import Synchronization

/// A publisher's place on the RTSP port: one leg of an input.
final class RTSPPublication: RTSPPlace {
    private struct State {
        var allow: Allowlist
        var connection: PeerConnection?
        var reception: RTSPReception?
        /// Of the publishers before.
        var formerFigures = RTSPReception.Figures()
    }

    let flow: String
    /// The last part of its path.
    let name: String
    /// `input/leg`, for events.
    let component: String
    let credentials: RTSPCredentials?
    private let sink: any RTSPReception.Sink
    private let refusals: RefusalLedger
    private let state: Mutex<State>

    init(
        flow: String,
        name: String,
        component: String,
        credentials: RTSPCredentials?,
        allow: Allowlist,
        sink: any RTSPReception.Sink,
        refusals: RefusalLedger
    ) {
        self.flow = flow
        self.name = name
        self.component = component
        self.credentials = credentials
        self.sink = sink
        self.refusals = refusals
        state = Mutex(State(allow: allow))
    }

    var fanOut: RTSPFanOut? { nil }
    var connection: PeerConnection? { state.withLock { $0.connection } }
    /// Of all publishers so far.
    var figures: RTSPReception.Figures {
        state.withLock { state in
            var sum = state.formerFigures
            if let reception = state.reception { sum.add(reception.figures) }
            return sum
        }
    }

    func allows(_ address: IPAddress) -> Bool { state.withLock { $0.allow.allows(address) } }

    func update(allow: Allowlist) {
        state.withLock { $0.allow = allow }
    }

    func publish(_ connection: PeerConnection) -> Result<any RTSPReception.Sink, RTSPRefusal> {
        let isFree = state.withLock { state in
            guard state.connection == nil else { return false }
            state.connection = connection
            return true
        }
        guard isFree else {
            refusals.refused(
                .alreadyPublishing,
                flow: flow,
                component: component,
                remote: connection.remote,
                message: Refusal.alreadyPublishing.explanation
            )
            return .failure(RTSPRefusal(.alreadyPublishing))
        }
        return .success(sink)
    }

    func receives(_ reception: RTSPReception, _ connection: PeerConnection) {
        state.withLock { state in
            if state.connection === connection { state.reception = reception }
        }
    }

    func play(_ connection: PeerConnection) -> RTSPRefusal? { RTSPRefusal(.wrongDirection) }

    func leave(_ connection: PeerConnection) {
        state.withLock { state in
            guard state.connection === connection else { return }
            state.connection = nil
            if let reception = state.reception.take() { state.formerFigures.add(reception.figures) }
        }
    }

    func unsupportedCodec(_ name: String, _ connection: PeerConnection) {
        refusals.refused(
            .unsupportedCodec,
            flow: flow,
            component: component,
            remote: connection.remote,
            message: Refusal.unsupportedCodec(named: name)
        )
    }
}

/// What players find on the RTSP port: one output.
final class RTSPPresentation: RTSPPlace {
    private struct State {
        var allow: Allowlist
        var maximum: Int
        var players: [PeerConnection] = []
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

    func publish(_ connection: PeerConnection) -> Result<any RTSPReception.Sink, RTSPRefusal> {
        .failure(RTSPRefusal(.wrongDirection))
    }

    func receives(_ reception: RTSPReception, _ connection: PeerConnection) {}

    func play(_ connection: PeerConnection) -> RTSPRefusal? {
        let isNew: Bool? = state.withLock { state in
            guard !state.players.contains(where: { $0 === connection }) else { return false }
            guard state.players.count < state.maximum else { return nil }
            state.players.append(connection)
            return true
        }
        guard let isNew else {
            refusals.refused(
                .tooManyReceivers,
                flow: flow,
                component: component,
                remote: connection.remote,
                message: Refusal.tooManyReceivers.explanation
            )
            return RTSPRefusal(.tooManyReceivers)
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
            refusals.refused(
                .unsupportedCodec,
                flow: flow,
                component: component,
                remote: "",
                message: Refusal.unsupportedCodec(named: codec.rawValue)
            )
        }
    }
}

extension RTSPReception.Figures {
    fileprivate mutating func add(_ other: Self) {
        packetsLost &+= other.packetsLost
        packetsDuplicated &+= other.packetsDuplicated
        packetsReordered &+= other.packetsReordered
        packetsLate &+= other.packetsLate
        packetsMalformed &+= other.packetsMalformed
    }
}
