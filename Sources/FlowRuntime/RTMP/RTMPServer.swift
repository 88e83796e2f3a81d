import Cryptography
import Delivery
import FlowHub
import FlowModel
import FlowPlanner
import Media
import NIOCore
import NetworkAddress
import RTMP
import Synchronization

/// The gateway's RTMP port: one for all flows, told apart by flow name and stream key.
final class RTMPServer: RTMPServerDelegate {
    /// A publisher's place: one leg of an input.
    final class Publication: Sendable {
        let flow: String
        /// `input/leg`, for events.
        let component: String
        fileprivate let key: [UInt8]
        fileprivate let leg: HubLeg

        fileprivate init(flow: String, component: String, key: String, leg: HubLeg) {
            self.flow = flow
            self.component = component
            self.key = Array(key.utf8)
            self.leg = leg
        }
    }

    /// What players find: one output.
    final class Presentation: Sendable {
        let flow: String
        let component: String
        fileprivate let key: [UInt8]
        let fanOut = RTMPFanOut()

        fileprivate init(flow: String, component: String, key: String) {
            self.flow = flow
            self.component = component
            self.key = Array(key.utf8)
        }
    }

    fileprivate struct State {
        var publications: [String: [(place: Publication, allow: Allowlist, publisher: Publisher?)]] = [:]
        var presentations:
            [String: [(place: Presentation, allow: Allowlist, maximum: Int, players: [PeerConnection])]] = [:]
        var connections = ConnectionCount()
    }

    private let state = Mutex(State())
    private let refusals: RefusalLedger
    private let onEvent: @Sendable (FlowEvent) -> Void
    let listeners: StreamListeners

    init(eventLoops: EventLoops, refusals: RefusalLedger, onEvent: @escaping @Sendable (FlowEvent) -> Void) {
        listeners = StreamListeners(
            eventLoops: eventLoops,
            bufferLimits: RTMPServerHandler.bufferLimits,
            refusals: refusals
        )
        self.refusals = refusals
        self.onEvent = onEvent
    }

    /// Listens on one more port, with TLS when there is a certificate.
    func listen(on endpoint: IPEndpoint, certificate: ServerCertificate? = nil) throws(ApplyFailure) {
        let scheme = certificate == nil ? RTMPURL.Scheme.rtmp : .rtmps
        try listeners.listen(on: endpoint, scheme: scheme.rawValue, certificate: certificate) {
            RTMPServerHandler(delegate: self, isSecured: certificate != nil)
        }
    }

    // MARK: Places

    func addPublication(
        flow: String,
        component: String,
        key: String,
        allow: Allowlist,
        leg: HubLeg
    ) -> Publication {
        let place = Publication(flow: flow, component: component, key: key, leg: leg)
        state.withLock { $0.publications[flow, default: []].append((place, allow, nil)) }
        return place
    }

    func update(_ place: Publication, allow: Allowlist) {
        state.withLock { state in
            guard let index = state.publications[place.flow]?.firstIndex(where: { $0.place === place }) else { return }
            state.publications[place.flow]?[index].allow = allow
        }
    }

    func remove(_ place: Publication) {
        let publisher = state.withLock { state in
            let entry = state.publications[place.flow]?.first { $0.place === place }
            state.publications[place.flow]?.removeAll { $0.place === place }
            if state.publications[place.flow]?.isEmpty == true { state.publications[place.flow] = nil }
            return entry?.publisher
        }
        publisher?.connection.end()
    }

    /// Ends the session of the place's publisher, saying why.
    func cut(_ place: Publication, _ refusal: Refusal) {
        state.withLock { state in
            state.publications[place.flow]?.first { $0.place === place }?.publisher
        }?.connection.refuse(refusal)
    }

    func addPresentation(
        flow: String,
        component: String,
        key: String,
        allow: Allowlist,
        maximum: Int
    ) -> Presentation {
        let place = Presentation(flow: flow, component: component, key: key)
        state.withLock { $0.presentations[flow, default: []].append((place, allow, maximum, [])) }
        return place
    }

    func update(_ place: Presentation, allow: Allowlist, maximum: Int) {
        state.withLock { state in
            guard let index = state.presentations[place.flow]?.firstIndex(where: { $0.place === place }) else { return }
            state.presentations[place.flow]?[index].allow = allow
            state.presentations[place.flow]?[index].maximum = maximum
        }
    }

    func remove(_ place: Presentation) {
        let players = state.withLock { state in
            let entry = state.presentations[place.flow]?.first { $0.place === place }
            state.presentations[place.flow]?.removeAll { $0.place === place }
            if state.presentations[place.flow]?.isEmpty == true { state.presentations[place.flow] = nil }
            return entry?.players ?? []
        }
        for player in players { player.end() }
    }

    func players(of place: Presentation) -> [PeerConnection] {
        state.withLock { $0.presentations[place.flow]?.first { $0.place === place }?.players ?? [] }
    }

    /// All places with their keys, which are secrets: flow by flow, inputs first, as they were added.
    var keys: [(flow: String, component: String, key: String)] {
        state.withLock { state in
            Set(state.publications.keys).union(state.presentations.keys).sorted().flatMap { flow in
                let inputs = (state.publications[flow] ?? []).map { ($0.place.component, $0.place.key) }
                let outputs = (state.presentations[flow] ?? []).map { ($0.place.component, $0.place.key) }
                return (inputs + outputs).map { (flow, $0.0, String(decoding: $0.1, as: UTF8.self)) }
            }
        }
    }

    // MARK: Connections

    func connected(_ address: SocketAddress?) -> Refusal? {
        guard let ip = address?.ipAddress.flatMap(IPAddress.init) else { return .notInAllowlist }
        let (refusal, message): (Refusal?, String?) = state.withLock { state in
            guard state.mayConnect(ip) else { return (.notInAllowlist, nil) }
            let limit = state.connections.add(ip)
            return (limit.map { _ in .tooManyConnections }, limit?.explanation)
        }
        if let refusal {
            let remote = IPEndpoint(address: ip, port: UInt16(address?.port ?? 0)).description
            refusals.refused(refusal, flow: "", component: "rtmp", remote: remote, message: message)
        }
        return refusal
    }

    func disconnected(_ address: SocketAddress?) {
        guard let ip = address?.ipAddress.flatMap(IPAddress.init) else { return }
        state.withLock { $0.connections.remove(ip) }
    }

    func publish(
        _ name: RTMPStreamName,
        from address: SocketAddress?,
        _ connection: PeerConnection
    ) -> Result<any SampleSink & PeerSink, RTMPRefusal> {
        let key = Array(name.key.utf8)
        let ip = address?.ipAddress.flatMap(IPAddress.init)
        var former: Publisher?
        let (refusal, place, sink): (Refusal?, Publication?, PublisherSink?) = state.withLock { state in
            let entries = state.publications[name.flow] ?? []
            // Every key is compared, so that the time does not tell which one came close.
            let matches = entries.indices.filter { ConstantTime.areEqual(entries[$0].place.key, key) }
            guard let index = matches.first else {
                let isOutput = (state.presentations[name.flow] ?? []).contains {
                    ConstantTime.areEqual($0.place.key, key)
                }
                return (isOutput ? .wrongDirection : .unknownStreamKey, nil, nil)
            }
            let entry = entries[index]
            guard let ip, entry.allow.allows(ip) else { return (.notInAllowlist, entry.place, nil) }
            guard entry.publisher == nil || entry.place.leg.isSilent else {
                return (.alreadyPublishing, entry.place, nil)
            }
            former = entry.publisher
            let publisher = Publisher(connection, to: entry.place.leg)
            state.publications[name.flow]?[index].publisher = publisher
            return (nil, entry.place, publisher.sink)
        }
        // Without the lock: the leg may be cutting the publisher off.
        former?.giveWay()
        if let sink { return .success(sink) }
        return .failure(refuse(refusal, name, place?.component, connection, isPublisher: true))
    }

    func publishEnded(_ connection: PeerConnection) {
        state.withLock { state in
            for (flow, entries) in state.publications {
                guard let index = entries.firstIndex(where: { $0.publisher?.connection === connection }) else {
                    continue
                }
                state.publications[flow]?[index].publisher = nil
                return
            }
        }
    }

    func play(
        _ name: RTMPStreamName,
        from address: SocketAddress?,
        _ connection: PeerConnection
    ) -> Result<RTMPFanOut, RTMPRefusal> {
        let key = Array(name.key.utf8)
        let ip = address?.ipAddress.flatMap(IPAddress.init)
        let (refusal, place): (Refusal?, Presentation?) = state.withLock { state in
            let entries = state.presentations[name.flow] ?? []
            let matches = entries.indices.filter { ConstantTime.areEqual(entries[$0].place.key, key) }
            guard let index = matches.first else {
                let isInput = (state.publications[name.flow] ?? []).contains {
                    ConstantTime.areEqual($0.place.key, key)
                }
                return (isInput ? .wrongDirection : .unknownStreamKey, nil)
            }
            let entry = entries[index]
            guard let ip, entry.allow.allows(ip) else { return (.notInAllowlist, entry.place) }
            guard entry.players.count < entry.maximum else { return (.tooManyReceivers, entry.place) }
            state.presentations[name.flow]?[index].players.append(connection)
            return (nil, entry.place)
        }
        if let place, refusal == nil {
            onEvent(
                FlowEvent(
                    reason: "Connected",
                    flow: place.flow,
                    component: place.component,
                    remote: connection.remote,
                    message: "\(connection.remote) plays"
                )
            )
            return .success(place.fanOut)
        }
        return .failure(refuse(refusal, name, place?.component, connection, isPublisher: false))
    }

    func playEnded(_ connection: PeerConnection) {
        let place: Presentation? = state.withLock { state in
            for (flow, entries) in state.presentations {
                guard let index = entries.firstIndex(where: { $0.players.contains { $0 === connection } }) else {
                    continue
                }
                state.presentations[flow]?[index].players.removeAll { $0 === connection }
                return entries[index].place
            }
            return nil
        }
        guard let place else { return }
        onEvent(
            FlowEvent(
                reason: "Disconnected",
                flow: place.flow,
                component: place.component,
                remote: connection.remote,
                message: "\(connection.remote) plays no more"
            )
        )
    }

    func misbehaved(_ message: String, _ connection: PeerConnection) {
        refuse(.malformedStream, connection, message)
    }

    func stalled(_ connection: PeerConnection) {
        refuse(.receiverStalled, connection)
    }

    /// Tells of a peer, as one of the input's leg or the output that it was let in to.
    private func refuse(_ reason: Refusal, _ connection: PeerConnection, _ message: String? = nil) {
        let (flow, component) = state.withLock { $0.place(of: connection) } ?? ("", "rtmp")
        refusals.refused(reason, flow: flow, component: component, remote: connection.remote, message: message)
    }

    func unsupportedCodec(_ name: String, _ connection: PeerConnection) {
        let (flow, component) = state.withLock { $0.place(of: connection) } ?? ("", "rtmp")
        refusals.unsupportedCodec(name, flow: flow, component: component, remote: connection.remote)
    }

    private func refuse(
        _ reason: Refusal?,
        _ name: RTMPStreamName,
        _ component: String?,
        _ connection: PeerConnection,
        isPublisher: Bool
    ) -> RTMPRefusal {
        let reason = reason ?? .unknownStreamKey
        // A flow that does not exist is a stranger's word: it does not become a flow's name in events.
        let flow = state.withLock { state in
            state.publications[name.flow] != nil || state.presentations[name.flow] != nil ? name.flow : ""
        }
        let message: String? =
            switch reason {
            case .unknownStreamKey where flow.isEmpty: "there is no flow of the name that was asked for"
            case .unknownStreamKey:
                isPublisher
                    ? "no input of the flow has the stream key that came"
                    : "no output of the flow has the stream key that came"
            case .wrongDirection: Refusal.wrongDirection(isPublisher: isPublisher)
            default: nil
            }
        refusals.refused(
            reason,
            flow: flow,
            component: component ?? "rtmp",
            remote: connection.remote,
            message: message
        )
        return RTMPRefusal(reason)
    }
}

extension RTMPServer.State {
    /// What a connection was let in to; nil when it was to nothing yet.
    fileprivate func place(of connection: PeerConnection) -> (flow: String, component: String)? {
        if let entry = publications.values.joined().first(where: { $0.publisher?.connection === connection }) {
            return (entry.place.flow, entry.place.component)
        }
        let entry = presentations.values.joined().first { $0.players.contains { $0 === connection } }
        return entry.map { ($0.place.flow, $0.place.component) }
    }

    /// Whether any place on the port allows the address.
    fileprivate func mayConnect(_ address: IPAddress) -> Bool {
        publications.values.contains { $0.contains { $0.allow.allows(address) } }
            || presentations.values.contains { $0.contains { $0.allow.allows(address) } }
            || (publications.isEmpty && presentations.isEmpty)
    }
}
