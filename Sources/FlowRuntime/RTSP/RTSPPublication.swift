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
        var publisher: Publisher?
        var isClosed = false
    }

    let flow: String
    /// The last part of its path.
    let name: String
    /// `input/leg`, for events.
    let component: String
    let credentials: RTSPCredentials?
    private let sink: any LegSink
    private let isSilent: @Sendable () -> Bool
    private let refusals: RefusalLedger
    private let state: Mutex<State>

    /// - Parameter isSilent: whether the publisher has brought nothing for so long that it gives way to another one.
    init(
        flow: String,
        name: String,
        component: String,
        credentials: RTSPCredentials?,
        allow: Allowlist,
        sink: any LegSink,
        isSilent: @escaping @Sendable () -> Bool,
        refusals: RefusalLedger
    ) {
        self.flow = flow
        self.name = name
        self.component = component
        self.credentials = credentials
        self.sink = sink
        self.isSilent = isSilent
        self.refusals = refusals
        state = Mutex(State(allow: allow))
    }

    var fanOut: RTSPFanOut? { nil }
    var connection: PeerConnection? { state.withLock { $0.publisher?.connection } }
    /// Of all publishers so far.
    let receptions = RTSPReceptionTotal()

    func allows(_ address: IPAddress) -> Bool { state.withLock { $0.allow.allows(address) } }

    func update(allow: Allowlist) {
        state.withLock { $0.allow = allow }
    }

    /// Ends the session of the publisher, and lets no other in.
    func close() {
        state.withLock { state in
            state.isClosed = true
            return state.publisher
        }?.connection.end()
    }

    func publish(_ connection: PeerConnection) -> Result<any LegSink, RTSPRefusal> {
        let publisher = Publisher(connection, to: sink)
        var former: Publisher?
        let refusal: Refusal? = state.withLock { state in
            guard !state.isClosed else { return .unknownStreamKey }
            guard state.publisher == nil || isSilent() else { return .alreadyPublishing }
            former = state.publisher
            state.publisher = publisher
            return nil
        }
        if let refusal {
            refusals.refused(refusal, flow: flow, component: component, remote: connection.remote)
            return .failure(RTSPRefusal(refusal))
        }
        // Without the lock: the leg may be cutting the publisher off.
        former?.giveWay()
        return .success(publisher.sink)
    }

    func receives(_ reception: RTSPReception, _ connection: PeerConnection) {
        receptions.began(reception)
    }

    func play(_ connection: PeerConnection) -> RTSPRefusal? { RTSPRefusal(.wrongDirection) }

    func leave(_ connection: PeerConnection) {
        guard self.connection === connection else { return }
        // First: afterwards the next publisher may come.
        receptions.ended()
        state.withLock { state in
            if state.publisher?.connection === connection { state.publisher = nil }
        }
    }

    func unsupportedCodec(_ name: String, _ connection: PeerConnection) {
        refusals.unsupportedCodec(name, flow: flow, component: component, remote: connection.remote)
    }
}
