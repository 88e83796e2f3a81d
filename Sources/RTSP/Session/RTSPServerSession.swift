import Cryptography
package import Media
package import NetworkAddress

/// The conversation with one client, RFC 2326, as publishers and players in use lead it.
///
/// A player says DESCRIBE, SETUP for each track, and PLAY; a publisher ANNOUNCE, SETUP and RECORD. Both may stop with
/// PAUSE and TEARDOWN, and say that they are alive with OPTIONS or GET_PARAMETER. The owner decides who is let in.
/// Whatever is wrong with a request is said in its response, and does not end the connection. What does: bytes that are
/// no RTSP, too many wrong proofs, and the deadlines.
///
/// A connection has one session at a time, and the session ends with it. A request without `Session` means this one, as
/// clients leave it out when they set up again over TCP. The owner hands in every request and packet, and calls
/// `timePassed` at `nextDeadline`. While it decides, further requests wait. After `close` every call returns nothing.
package struct RTSPServerSession: Sendable {
    /// What a client was let in to.
    struct Access: Sendable {
        var role: RTSPRole
        var path: RTSPPath
        /// What is told to a player, or what a publisher announced.
        var description: SessionDescription
    }

    struct Setup: Sendable {
        struct Track: Sendable {
            var track: RTSPServerTrack
            /// As the client named it.
            var uri: String
        }

        var id: String
        var tracks: [Track] = []

        var serverTracks: [RTSPServerTrack] { tracks.map(\.track) }
    }

    /// What the owner is asked.
    enum Question: Sendable {
        case access(RTSPAccessRequest)
        case ports(track: Int, TransportHeader)
        case play
    }

    enum State: Sendable {
        /// No session. Can transition to: deciding, ready, closed.
        case open(Access?)
        /// Can transition to: what it came from, ready, running, closed.
        indirect case deciding(Question, RTSPRequest, from: State)
        /// Can transition to: open, deciding, running, closed.
        case ready(Access, Setup)
        /// Can transition to: open, ready, closed.
        case running(Access, Setup)
        case closed
    }

    let limits: RTSPSessionLimits
    let peer: IPAddress?
    let allowsUDP: Bool
    private let seed: [UInt8]
    private var sessionNumber: UInt64 = 0
    var authenticator: RTSPServerAuthenticator
    var failedProofs = 0
    var state: State = .open(nil) {
        didSet { stateChanged() }
    }
    private var waiting: [RTSPRequest] = []
    private var routes = PacketRoutes()
    /// When there must be a session.
    private var requestDeadline: MonotonicTime
    private var messageUnderWay: UInt64?
    private var messageDeadline: MonotonicTime?
    private var lastAlive: MonotonicTime
    private var lastMedia: MonotonicTime
    private var unprovedBytes = 0
    /// Whether the client was let in to anything.
    private var isLetIn = false

    /// A session that begins now.
    /// - Parameters:
    ///   - seed: 16 random bytes or more, of this connection alone: session identifiers and nonces are made of them.
    ///   - peer: The client's own address, the only one that packets may go to.
    ///   - allowsUDP: Whether tracks may go over UDP; over TLS they should not.
    ///   - methods: The ways in which clients may prove themselves.
    package init(
        seed: [UInt8],
        peer: IPAddress?,
        allowsUDP: Bool = true,
        methods: [RTSPServerAuthenticator.Method] = RTSPServerAuthenticator.usualMethods,
        limits: RTSPSessionLimits = .default,
        at now: MonotonicTime
    ) {
        self.seed = seed
        self.peer = peer
        self.allowsUDP = allowsUDP
        self.limits = limits
        authenticator = RTSPServerAuthenticator(methods: methods, seed: seed)
        requestDeadline = now.advanced(by: limits.request)
        lastAlive = now
        lastMedia = now
    }

    package var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    // MARK: - Events

    /// Counts bytes as they arrive, after the messages in them were taken out.
    /// - Parameter messageUnderWay: The decoder's; a message must not take too long.
    package mutating func bytesReceived(
        _ count: Int,
        messageUnderWay: UInt64?,
        at now: MonotonicTime
    ) -> [RTSPServerAction] {
        guard !isClosed else { return [] }
        if messageUnderWay != self.messageUnderWay {
            self.messageUnderWay = messageUnderWay
            messageDeadline = messageUnderWay == nil ? nil : now.advanced(by: limits.message)
        }
        guard !isLetIn else { return [] }
        let (sum, overflow) = unprovedBytes.addingReportingOverflow(max(0, count))
        unprovedBytes = sum
        return overflow || sum > limits.unprovedBytes ? close(.tooManyUnprovedBytes) : []
    }

    /// A message could not be read: tells the client and closes.
    package mutating func decodingFailed(_ error: RTSPWireError, at now: MonotonicTime) -> [RTSPServerAction] {
        guard !isClosed else { return [] }
        let status: RTSPStatus
        switch error {
        // Whoever speaks another protocol would not understand it.
        case .notRTSP: return close(.malformed(error))
        case .bodyTooLarge: status = .requestEntityTooLarge
        default: status = .badRequest
        }
        let headers = RTSPHeaders([.init(.server, RTSPSessionLimits.agent)])
        return [.send(RTSPResponse(status, headers: headers))] + close(.malformed(error))
    }

    /// Answers a request, or asks the owner about it; while the owner decides, it waits.
    package mutating func requestReceived(_ request: RTSPRequest, at now: MonotonicTime) -> [RTSPServerAction] {
        lastAlive = now
        switch state {
        case .closed: return []
        case .deciding:
            guard waiting.count < limits.waitingRequests else { return close(.tooManyWaitingRequests) }
            waiting.append(request)
            return []
        case .open, .ready, .running: return received(request, at: now)
        }
    }

    /// Tells what a packet between the messages is; nil when it is to be dropped.
    package mutating func packetReceived(channel: UInt8, at now: MonotonicTime) -> RTSPPacketTarget? {
        guard let target = routes[channel] else { return nil }
        lastAlive = now
        if !target.isControl { lastMedia = now }
        return target
    }

    /// A publisher's media arrived over UDP. Need not be said of each packet, nor at once.
    package mutating func mediaReceived(at arrival: MonotonicTime) {
        peerAlive(at: arrival)
        lastMedia = max(lastMedia, arrival)
    }

    /// RTCP of the client arrived over UDP. Need not be said at once.
    package mutating func peerAlive(at arrival: MonotonicTime) {
        lastAlive = max(lastAlive, arrival)
    }

    /// The connection is gone.
    package mutating func connectionClosed() -> [RTSPServerAction] {
        let actions = endings(of: state)
        state = .closed
        waiting = []
        return actions
    }

    /// Closes what is past its deadline.
    package mutating func timePassed(at now: MonotonicTime) -> [RTSPServerAction] {
        if let messageDeadline, now >= messageDeadline, !isClosed { return close(.messageTimeout) }
        guard let (deadline, reason) = stateDeadline, now >= deadline else { return [] }
        return close(reason)
    }

    /// When to call `timePassed`; nil when there is nothing to wait for.
    package var nextDeadline: MonotonicTime? {
        guard !isClosed else { return nil }
        guard let messageDeadline else { return stateDeadline?.0 }
        return min(messageDeadline, stateDeadline?.0 ?? messageDeadline)
    }

    private var stateDeadline: (MonotonicTime, RTSPCloseReason)? {
        switch state {
        case .open: return (requestDeadline, .requestTimeout)
        case .ready: return (sessionDeadline, .sessionTimeout)
        case .running(let access, let setup):
            if access.role == .publish { return (lastMedia.advanced(by: limits.mediaIdle), .mediaTimeout) }
            // Players over TCP need not speak: a connection that takes packets is alive.
            let hasUDP = setup.tracks.contains { if case .udp = $0.track.transport { true } else { false } }
            return hasUDP ? (sessionDeadline, .sessionTimeout) : nil
        case .deciding, .closed: return nil
        }
    }

    private var sessionDeadline: MonotonicTime {
        lastAlive.advanced(by: .seconds(Int64(limits.sessionTimeoutSeconds))).advanced(by: limits.sessionGrace)
    }

    // MARK: - Steps

    /// What the client was let in to.
    var access: Access? { Self.access(of: state) }

    private static func access(of state: State) -> Access? {
        switch state {
        case .open(let access): access
        case .deciding(_, _, let from): access(of: from)
        case .ready(let access, _), .running(let access, _): access
        case .closed: nil
        }
    }

    /// The session that there is.
    var setup: Setup? {
        switch state {
        case .ready(_, let setup), .running(_, let setup), .deciding(_, _, .ready(_, let setup)): setup
        case .open, .deciding, .closed: nil
        }
    }

    private mutating func stateChanged() {
        isLetIn = access != nil
        guard case .running(let access, let setup) = state else {
            routes = PacketRoutes()
            return
        }
        routes = PacketRoutes(
            setup.tracks.lazy.map { ($0.track.index, $0.track.transport) },
            carriesMedia: access.role == .publish
        )
    }

    mutating func startMediaClock(at now: MonotonicTime) {
        lastMedia = now
    }

    /// Waits for a session, for as long as a new client may take.
    mutating func open(_ access: Access?, at now: MonotonicTime) {
        state = .open(access)
        requestDeadline = now.advanced(by: limits.request)
        unprovedBytes = 0
    }

    mutating func makeSessionID() -> String {
        sessionNumber &+= 1
        return Hexadecimal.encode(SHA256.digest(of: seed + Array("session \(sessionNumber)".utf8)).prefix(8))
    }

    /// Goes on with the requests that waited for a decision.
    mutating func resume(with actions: [RTSPServerAction], at now: MonotonicTime) -> [RTSPServerAction] {
        var actions = actions
        while !waiting.isEmpty {
            switch state {
            case .deciding: return actions
            case .closed:
                waiting = []
                return actions
            case .open, .ready, .running: actions += received(waiting.removeFirst(), at: now)
            }
        }
        return actions
    }

    private func endings(of state: State) -> [RTSPServerAction] {
        switch state {
        case .open(nil), .closed: []
        case .open, .deciding, .ready, .running: [.ended]
        }
    }

    mutating func close(_ reason: RTSPCloseReason) -> [RTSPServerAction] {
        guard !isClosed else { return [] }
        let actions = endings(of: state)
        state = .closed
        waiting = []
        return actions + [.close(reason)]
    }
}
