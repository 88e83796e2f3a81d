import Delivery
import FlowModel
import FlowPlanner
import Media
import NIOCore
import NetworkAddress
import RTSP
import Synchronization

/// The gateway's RTSP port: one for all flows, told apart by the path `/FLOW/NAME`.
final class RTSPServer: RTSPServerDelegate {
    enum Limits {
        /// How many addresses with wrong credentials are remembered.
        static let rememberedAddresses = 1_024
        /// How long the first wrong credentials of an address hold its answers; each further one twice as long.
        static let firstDelay = Duration.milliseconds(250)
        static let longestDelay = Duration.seconds(8)
        /// After so long without wrong ones an address begins anew.
        static let forgiveness = Duration.seconds(60)
    }

    fileprivate struct State {
        /// By flow.
        var publications: [String: [RTSPPublication]] = [:]
        var presentations: [String: [RTSPPresentation]] = [:]
        var connections = ConnectionCount()
        var wrongProofs: [IPAddress: (count: Int, last: MonotonicTime)] = [:]
    }

    let listeners: StreamListeners
    private let state = Mutex(State())
    private let refusals: RefusalLedger
    /// Opens the UDP ports of sessions; set before anything listens.
    private let portOpener = Mutex<PortOpener?>(nil)

    /// - Parameters: the track, the peer, who hears it, and who hears of strangers.
    typealias PortOpener =
        @Sendable (
            Int, IPAddress, any RTSPPacketHandler, @escaping @Sendable (IPEndpoint, UInt64) -> Void
        ) -> (any RTSPPorts)?

    init(eventLoops: EventLoops, refusals: RefusalLedger) {
        self.refusals = refusals
        listeners = StreamListeners(
            eventLoops: eventLoops,
            bufferLimits: RTSPServerHandler.bufferLimits,
            refusals: refusals
        )
    }

    func setPortOpener(_ opener: @escaping PortOpener) {
        portOpener.withLock { $0 = opener }
    }

    /// Listens on one more port, with TLS when there is a certificate.
    func listen(on endpoint: IPEndpoint, certificate: ServerCertificate? = nil) throws(ApplyFailure) {
        let scheme = certificate == nil ? RTSPURL.Scheme.rtsp : .rtsps
        try listeners.listen(on: endpoint, scheme: scheme.rawValue, certificate: certificate) {
            RTSPServerHandler(delegate: self, isSecured: certificate != nil)
        }
    }

    // MARK: Places

    func add(_ place: RTSPPublication) {
        state.withLock { $0.publications[place.flow, default: []].append(place) }
    }

    func add(_ place: RTSPPresentation) {
        state.withLock { $0.presentations[place.flow, default: []].append(place) }
    }

    /// Ends the session of the place's publisher with it.
    func remove(_ place: RTSPPublication) {
        state.withLock { state in
            state.publications[place.flow]?.removeAll { $0 === place }
            if state.publications[place.flow]?.isEmpty == true { state.publications[place.flow] = nil }
        }
        place.close()
    }

    /// Ends the sessions of the place's players with it.
    func remove(_ place: RTSPPresentation) {
        state.withLock { state in
            state.presentations[place.flow]?.removeAll { $0 === place }
            if state.presentations[place.flow]?.isEmpty == true { state.presentations[place.flow] = nil }
        }
        place.close()
    }

    // MARK: Connections

    func connected(_ address: SocketAddress?) -> Refusal? {
        guard let ip = address.ip else { return .notInAllowlist }
        let (refusal, message): (Refusal?, String?) = state.withLock { state in
            guard state.mayConnect(ip) else { return (.notInAllowlist, nil) }
            let limit = state.connections.add(ip)
            return (limit.map { _ in .tooManyConnections }, limit?.explanation)
        }
        if let refusal {
            refusals.refused(refusal, flow: "", component: "rtsp", remote: address.peerText, message: message)
        }
        return refusal
    }

    func disconnected(_ address: SocketAddress?) {
        guard let ip = address.ip else { return }
        state.withLock { $0.connections.remove(ip) }
    }

    func find(
        _ request: RTSPAccessRequest,
        from address: SocketAddress?,
        _ connection: PeerConnection
    ) -> Result<any RTSPPlace, RTSPRefusal> {
        let path = request.path
        let (publication, presentation, isFlow) = state.withLock { state in
            (
                state.publications[path.flow]?.first { $0.name == path.name },
                state.presentations[path.flow]?.first { $0.name == path.name },
                state.publications[path.flow] != nil || state.presentations[path.flow] != nil
            )
        }
        // A flow that does not exist is a stranger's word: it does not become a flow's name in events.
        let flow = isFlow ? path.flow : ""
        func refused(_ reason: Refusal, _ component: String = "rtsp") -> Result<any RTSPPlace, RTSPRefusal> {
            let message: String? =
                switch reason {
                case .unknownStreamKey: "no input or output has this path"
                case .wrongDirection: Refusal.wrongDirection(isPublisher: request.role == .publish)
                default: nil
                }
            refusals.refused(reason, flow: flow, component: component, remote: connection.remote, message: message)
            return .failure(RTSPRefusal(reason))
        }
        switch request.role {
        case .publish:
            guard let publication else { return refused(presentation == nil ? .unknownStreamKey : .wrongDirection) }
            guard let ip = address.ip, publication.allows(ip) else {
                return refused(.notInAllowlist, publication.component)
            }
            return .success(publication)
        case .play:
            guard let presentation else { return refused(publication == nil ? .unknownStreamKey : .wrongDirection) }
            guard let ip = address.ip, presentation.allows(ip) else {
                return refused(.notInAllowlist, presentation.component)
            }
            return .success(presentation)
        }
    }

    func proofFailed(_ place: any RTSPPlace, from address: SocketAddress?, _ connection: PeerConnection) -> Duration {
        refusals.refused(
            .badPassphrase,
            flow: place.flow,
            component: place.component,
            remote: connection.remote,
            message: "the user name or the password is wrong"
        )
        guard let ip = address.ip else { return Limits.longestDelay }
        return state.withLock { $0.delay(afterWrongProofFrom: ip, at: .now()) }
    }

    func misbehaved(_ message: String, _ connection: PeerConnection) {
        refuse(.malformedStream, connection, message)
    }

    func stalled(_ connection: PeerConnection) {
        refuse(.receiverStalled, connection)
    }

    /// Tells of a peer, as one of the input's leg or the output that it was let in to.
    private func refuse(_ reason: Refusal, _ connection: PeerConnection, _ message: String? = nil) {
        let place = state.withLock { $0.place(of: connection) }
        refusals.refused(
            reason,
            flow: place?.flow ?? "",
            component: place?.component ?? "rtsp",
            remote: connection.remote,
            message: message
        )
    }

    func openPorts(
        track: Int,
        peer: IPAddress,
        _ handler: any RTSPPacketHandler,
        _ connection: PeerConnection
    ) -> (any RTSPPorts)? {
        let refusals = refusals
        return portOpener.withLock { $0 }?(track, peer, handler) { source, count in
            refusals.refused(
                .notInAllowlist,
                flow: "",
                component: "rtsp",
                remote: source.description,
                count: count,
                message: "packets on a port of the session with \(connection.remote), which it did not send"
            )
        }
    }
}

extension RTSPServer.State {
    /// What a connection was let in to; nil when it was to nothing yet.
    fileprivate func place(of connection: PeerConnection) -> (any RTSPPlace)? {
        publications.values.joined().first { $0.connection === connection }
            ?? presentations.values.joined().first { $0.players.contains { $0 === connection } }
    }

    /// Whether any place on the port allows the address.
    fileprivate func mayConnect(_ address: IPAddress) -> Bool {
        publications.values.contains { $0.contains { $0.allows(address) } }
            || presentations.values.contains { $0.contains { $0.allows(address) } }
            || (publications.isEmpty && presentations.isEmpty)
    }

    fileprivate mutating func delay(afterWrongProofFrom address: IPAddress, at now: MonotonicTime) -> Duration {
        typealias Limits = RTSPServer.Limits
        func isFresh(_ entry: (count: Int, last: MonotonicTime)) -> Bool {
            now < entry.last.advanced(by: Limits.forgiveness)
        }
        if wrongProofs[address] == nil, wrongProofs.count >= Limits.rememberedAddresses {
            wrongProofs = wrongProofs.filter { isFresh($0.value) }
            // More guessers than can be told apart: each waits as long as the worst.
            guard wrongProofs.count < Limits.rememberedAddresses else { return Limits.longestDelay }
        }
        let count = wrongProofs[address].flatMap { isFresh($0) ? $0.count : nil } ?? 0
        wrongProofs[address] = (count + 1, now)
        return min(Limits.firstDelay * (1 << min(count, 16)), Limits.longestDelay)
    }
}

extension SocketAddress? {
    fileprivate var ip: IPAddress? { self?.ipAddress.flatMap(IPAddress.init) }
}
