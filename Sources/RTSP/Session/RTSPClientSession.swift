package import Media
import NIOCore
package import NetworkAddress

/// The conversation with a server, RFC 2326, that is played or published to.
///
/// OPTIONS comes first and may fail; then DESCRIBE, SETUP for each track that the owner chooses, and PLAY; or ANNOUNCE,
/// SETUP and RECORD. Then signs of life go out at half the time that the server gives, by GET_PARAMETER if the server
/// knows it. Challenges are answered once each; redirects are followed, a few.
///
/// The owner says `connected`, hands in every message, and calls `timePassed` at `nextDeadline`. When another way or
/// another server is to be tried, the session asks for a new connection with `reconnect`: servers differ in what they
/// make of a second session on the first one. What comes of a connection that was left is not to be handed in. After
/// `ended` or `failed` every call returns nothing.
package struct RTSPClientSession: Sendable {
    package enum Role: Hashable, Sendable {
        case play
        /// Publishes what the description has, a track for each of its media sections.
        case record(SessionDescription)
    }

    package enum TransportPreference: Hashable, Sendable {
        /// UDP, and TCP where that does not work or the connection is encrypted.
        case automatic
        case udp
        case tcp
    }

    enum Step: Hashable, Sendable {
        case options
        case describe
        case announce
        /// The place among the chosen tracks.
        case setup(Int)
        case play
        case record
        case keepAlive

        var failureStep: RTSPClientFailure.Step {
            switch self {
            case .options: .options
            case .describe: .describe
            case .announce: .announce
            case .setup: .setup
            case .play: .play
            case .record: .record
            case .keepAlive: .media
            }
        }
    }

    /// A request whose response is waited for.
    struct Exchange: Sendable {
        var step: Step
        var request: RTSPRequest
        var deadline: MonotonicTime
        /// Challenges that were answered.
        var proofs = 0
    }

    enum State: Sendable {
        /// Waits for a connection. Can transition to: exchanging, finished.
        case disconnected
        /// Can transition to: exchanging, choosing, openingPorts, running, disconnected, finished.
        case exchanging(Exchange)
        /// The owner chooses. Can transition to: openingPorts, exchanging, finished.
        case choosing
        /// The owner opens ports for the track at this place. Can transition to: exchanging, finished.
        case openingPorts(Int)
        /// Can transition to: disconnected, finished.
        case running(keepAlive: Exchange?, next: MonotonicTime)
        case finished
    }

    package let role: Role
    let limits: RTSPSessionLimits
    private let original: RTSPURL
    /// Of the connection that there is, or is to be.
    package internal(set) var url: RTSPURL
    var state = State.disconnected
    var authenticator: RTSPClientAuthenticator?
    /// Whether UDP was not asked for by name, so that TCP will do.
    let mayFallBack: Bool
    var lowerTransport: TransportHeader.LowerTransport
    var redirects = 0
    private var lastCSeq: UInt32 = 0

    // Of the present connection
    var peer: IPAddress?
    var knowsGetParameter = false
    var description: SessionDescription?
    var control: ControlAddress
    /// Indices of media sections, in the order of their SETUP.
    var chosen: [Int] = []
    var tracks: [RTSPClientTrack] = []
    var ownPorts: RTPPortPair?
    var session: SessionHeader?
    var routes = PacketRoutes()
    var lastMedia: MonotonicTime = .zero
    var hasMedia = false

    /// - Parameters:
    ///   - credentials: Rather than those in the address.
    ///   - seed: 16 random bytes or more.
    package init(
        role: Role,
        url: RTSPURL,
        credentials: RTSPCredentials? = nil,
        transport: TransportPreference = .automatic,
        seed: [UInt8],
        limits: RTSPSessionLimits = .default
    ) {
        self.role = role
        self.limits = limits
        authenticator = (credentials ?? url.credentials).map { RTSPClientAuthenticator(credentials: $0, seed: seed) }
        original = url
        self.url = url
        control = ControlAddress(url: url)
        mayFallBack = transport == .automatic
        let usesTCP = transport == .tcp || transport == .automatic && url.scheme == .rtsps
        lowerTransport = usesTCP ? .tcp : .udp
    }

    package var isFinished: Bool {
        if case .finished = state { true } else { false }
    }

    /// Whether the server agreed to what was asked.
    package var isRunning: Bool {
        if case .running = state { true } else { false }
    }

    /// When to call `timePassed`; nil when there is nothing to wait for.
    package var nextDeadline: MonotonicTime? {
        switch state {
        case .disconnected, .choosing, .openingPorts, .finished: return nil
        case .exchanging(let exchange): return exchange.deadline
        case .running(_, let next): return min(next, mediaDeadline ?? next)
        }
    }

    /// When media must have come.
    private var mediaDeadline: MonotonicTime? {
        guard role == .play else { return nil }
        return lastMedia.advanced(by: fallsBackWithoutMedia ? limits.firstPacket : limits.mediaIdle)
    }

    private var fallsBackWithoutMedia: Bool { mayFallBack && lowerTransport == .udp && !hasMedia }

    // MARK: - Events

    /// A connection to the address is there, over TLS if its scheme says so.
    /// - Parameter peer: The server's own address, the only one that packets may come from.
    package mutating func connected(peer: IPAddress?, at now: MonotonicTime) -> [RTSPClientAction] {
        guard case .disconnected = state else { return [] }
        self.peer = peer
        return [send(.options, .options, url.requestURI, at: now)]
    }

    /// The server answers. Answers to nothing, and late ones, are passed over.
    package mutating func responseReceived(_ response: RTSPResponse, at now: MonotonicTime) -> [RTSPClientAction] {
        guard !response.status.isProvisional else { return [] }
        switch state {
        case .exchanging(let exchange) where answers(response, exchange): return answered(exchange, response, at: now)
        case .running(let keepAlive?, let next) where answers(response, keepAlive):
            state = .running(keepAlive: nil, next: next)
            return answered(keepAlive, response, at: now)
        // An answer that came too late, or to nothing.
        case .disconnected, .exchanging, .choosing, .openingPorts, .running, .finished: return []
        }
    }

    /// Tells what a packet between the messages is; nil when it is to be dropped. Packets may come before the response
    /// to PLAY does.
    package mutating func packetReceived(channel: UInt8, at now: MonotonicTime) -> RTSPPacketTarget? {
        guard let target = routes[channel] else { return nil }
        if !target.isControl { mediaReceived(at: now) }
        return target
    }

    /// Media arrived over UDP. Need not be said of each packet, nor at once.
    package mutating func mediaReceived(at arrival: MonotonicTime) {
        lastMedia = max(lastMedia, arrival)
        hasMedia = true
    }

    /// Obeys the deadlines: signs of life, falling back, and giving up.
    package mutating func timePassed(at now: MonotonicTime) -> [RTSPClientAction] {
        guard let nextDeadline, now >= nextDeadline else { return [] }
        switch state {
        case .exchanging(let exchange): return fail(.timeout, exchange.step.failureStep)
        case .running(let unanswered, let next):
            if let mediaDeadline, now >= mediaDeadline {
                if fallsBackWithoutMedia { return fallBackToTCP() }
                return tearDown() + fail(.timeout, .media)
            }
            guard now >= next else { return [] }
            // Over UDP nothing else tells that a server is gone that is published to.
            if unanswered != nil, role != .play { return fail(.timeout, .record) }
            return keepAlive(at: now)
        case .disconnected, .choosing, .openingPorts, .finished: return []
        }
    }

    /// What the server sent could not be read.
    package mutating func decodingFailed(_ error: RTSPWireError) -> [RTSPClientAction] {
        fail(.malformed(error), step)
    }

    /// The connection is gone. While a new one is asked for, that is as it should be.
    package mutating func connectionClosed() -> [RTSPClientAction] {
        if case .disconnected = state { return [] }
        return fail(.connectionClosed, step)
    }

    // MARK: - Decisions of the owner

    /// Takes these media sections, by their indices; none means that nothing is of use.
    package mutating func choose(_ indices: [Int], at now: MonotonicTime) -> [RTSPClientAction] {
        guard case .choosing = state, let description else { return [] }
        var wanted: [Int] = []
        for index in indices where description.media.indices.contains(index) && !wanted.contains(index) {
            wanted.append(index)
        }
        chosen = Array(wanted.prefix(limits.tracks))
        guard !chosen.isEmpty else { return fail(.noTracks, .describe) }
        return setUp(0, at: now)
    }

    /// Our ports for the track that was asked for.
    package mutating func openedPorts(_ ports: RTPPortPair, at now: MonotonicTime) -> [RTSPClientAction] {
        guard case .openingPorts(let place) = state else { return [] }
        ownPorts = ports
        var header = TransportHeader(.udp)
        header.clientPorts = ports
        return [sendSetUp(place, header, at: now)]
    }

    /// Gives UDP up, if TCP will do, and asks for a new connection. The session does it by itself when no packet comes.
    package mutating func fallBackToTCP() -> [RTSPClientAction] {
        guard mayFallBack, lowerTransport == .udp, !isFinished else { return [] }
        lowerTransport = .tcp
        if case .disconnected = state { return [] }
        return reconnect()
    }

    /// Ends in good order: what to send before the connection is closed.
    package mutating func finish() -> [RTSPClientAction] {
        defer { state = .finished }
        return isFinished ? [] : tearDown()
    }

    // MARK: - Steps

    private func answers(_ response: RTSPResponse, _ exchange: Exchange) -> Bool {
        // Some servers leave it out.
        response.headers.cSeq == nil || response.headers.cSeq == exchange.request.headers.cSeq
    }

    private var step: RTSPClientFailure.Step {
        switch state {
        case .disconnected, .finished: .options
        case .exchanging(let exchange): exchange.step.failureStep
        case .choosing: .describe
        case .openingPorts: .setup
        case .running: .media
        }
    }

    /// Sends a request and waits for its response.
    mutating func send(
        _ step: Step,
        _ method: RTSPMethod,
        _ uri: String,
        _ fields: [RTSPHeaders.Field] = [],
        body: ByteBuffer = ByteBuffer(),
        proofs: Int = 0,
        at now: MonotonicTime
    ) -> RTSPClientAction {
        let request = request(method, uri, fields, body: body)
        let deadline = now.advanced(by: limits.response)
        let exchange = Exchange(step: step, request: request, deadline: deadline, proofs: proofs)
        if step == .keepAlive {
            state = .running(keepAlive: exchange, next: now.advanced(by: keepAliveInterval))
        } else {
            state = .exchanging(exchange)
        }
        return .send(request)
    }

    private mutating func request(
        _ method: RTSPMethod,
        _ uri: String,
        _ fields: [RTSPHeaders.Field],
        body: ByteBuffer
    ) -> RTSPRequest {
        lastCSeq &+= 1
        var headers = RTSPHeaders()
        headers.cSeq = lastCSeq
        headers.add(.userAgent, RTSPSessionLimits.agent)
        if let session { headers.add(.session, session.id) }
        if let proof = authenticator?.authorization(for: method, uri: uri) { headers.add(.authorization, proof) }
        for field in fields { headers.add(field.name, field.value) }
        return RTSPRequest(method, uri, headers: headers, body: body)
    }

    private mutating func keepAlive(at now: MonotonicTime) -> [RTSPClientAction] {
        [send(.keepAlive, knowsGetParameter ? .getParameter : .options, control.aggregate.requestURI, at: now)]
    }

    /// Half of what the server gives.
    private var keepAliveInterval: Duration {
        let seconds = session?.timeoutSeconds.flatMap { $0 > 0 ? $0 : nil } ?? limits.sessionTimeoutSeconds
        return min(max(.milliseconds(Int64(seconds) * 500), .seconds(1)), limits.keepAlive)
    }

    mutating func start(at now: MonotonicTime) -> [RTSPClientAction] {
        redirects = 0
        if !hasMedia { lastMedia = now }
        state = .running(keepAlive: nil, next: now.advanced(by: keepAliveInterval))
        return [.started(tracks)]
    }

    /// What to send when a session is left.
    mutating func tearDown() -> [RTSPClientAction] {
        guard session != nil else { return [] }
        return [.send(request(.teardown, control.aggregate.requestURI, [], body: ByteBuffer()))]
    }

    /// Leaves the present connection for a new one.
    mutating func reconnect() -> [RTSPClientAction] {
        let actions = tearDown()
        state = .disconnected
        peer = nil
        knowsGetParameter = false
        description = nil
        control = ControlAddress(url: url)
        chosen = []
        tracks = []
        ownPorts = nil
        session = nil
        routes = PacketRoutes()
        hasMedia = false
        return actions + [.reconnect(url)]
    }

    /// The password itself goes only where it was meant to go.
    var allowsBasic: Bool {
        url.host == original.host && (url.scheme == original.scheme || url.scheme == .rtsps)
    }

    mutating func fail(_ kind: RTSPClientFailure.Kind, _ step: RTSPClientFailure.Step) -> [RTSPClientAction] {
        guard !isFinished else { return [] }
        state = .finished
        return [.failed(RTSPClientFailure(kind, step))]
    }
}
