import CLibSRT
import Media
import NetworkAddress
import Synchronization

/// Calls a listener elsewhere, and again when that fails or the connection is lost.
final class SRTCaller: Sendable {
    private enum State {
        /// Waits for the moment of the next attempt.
        case waiting(until: MonotonicTime)
        /// A look-up is under way.
        case resolving
        case resolved(IPEndpoint)
        case connecting(Attempt)
        case connected
        case stopped
    }

    private struct Attempt {
        let socket: SRTSocket
        let address: IPEndpoint
        var watch: SRTConnectingWatch
    }

    private struct Body {
        var state: State
        var backoff = ReconnectBackoff()
        /// Of the latest attempt, if it failed.
        var failure: String?
    }

    let configuration: SRTCallerConfiguration
    let settings: SRTSessionSettings
    private let isPublisher: Bool
    private let body: Mutex<Body>
    private let owner: Mutex<WeakOwner>

    private struct WeakOwner {
        weak var value: (any SRTConnectionOwner)?
    }

    /// - Parameter isPublisher: whether the far side sends to us.
    init(configuration: SRTCallerConfiguration, isPublisher: Bool) throws(SRTFailure) {
        self.configuration = configuration
        self.isPublisher = isPublisher
        if let streamID = configuration.streamID, streamID.utf8.count > SRTLimits.streamIDBytes {
            throw SRTFailure(reason: .invalidConfiguration, message: "a stream ID has up to 512 characters")
        }
        self.settings = try SRTSessionSettings(
            latency: configuration.latency,
            peerIdleTimeout: configuration.peerIdleTimeout,
            encryption: configuration.encryption
        )
        self.body = Mutex(Body(state: .waiting(until: .zero)))
        self.owner = Mutex(WeakOwner())
    }

    func setOwner(_ value: any SRTConnectionOwner) {
        owner.withLock { $0.value = value }
    }

    func stop() {
        let abandoned = body.withLock { body -> SRTSocket? in
            defer { body.state = .stopped }
            if case .connecting(let attempt) = body.state { return attempt.socket }
            return nil
        }
        abandoned?.close()
    }

    func connectionLost(since connected: MonotonicTime, at now: MonotonicTime) {
        body.withLock { body in
            guard case .connected = body.state else { return }
            body.state = .waiting(
                until: body.backoff.connectionLost(since: connected, at: now, jitter: .random(in: 0..<1))
            )
        }
    }

    // MARK: - On the poller's thread

    enum Step {
        /// Call again at this moment.
        case again(MonotonicTime)
        /// Call again when something happened.
        case idle
        case stopped
    }

    /// Does what is due.
    func step(_ core: SRTCore, at now: MonotonicTime) -> Step {
        let state = body.withLock { $0.state }
        switch state {
        case .stopped: return .stopped
        case .connected, .resolving: return .idle
        case .waiting(let moment):
            guard now >= moment else { return .again(moment) }
            return begin(core, at: now)
        case .resolved(let address):
            return connect(core, to: address, at: now)
        case .connecting(let attempt):
            return check(core, attempt, at: now)
        }
    }

    private func begin(_ core: SRTCore, at now: MonotonicTime) -> Step {
        switch configuration.destination {
        case .fixed(let address):
            return connect(core, to: address, at: now)
        case .resolved(let resolve):
            guard move(to: .resolving) else { return .stopped }
            core.resolver.submit { [self] in
                do throws(SRTResolveFailure) {
                    _ = move(to: .resolved(try resolve()))
                } catch {
                    failed(error.message, core, at: SRTClock.now)
                }
                core.poller.wake()
            }
            return .idle
        }
    }

    private func connect(_ core: SRTCore, to address: IPEndpoint, at now: MonotonicTime) -> Step {
        owner.withLock { $0.value }?.attemptStarted()
        let made: Result<SRTSocket, SRTFailure> = Result { () throws(SRTFailure) in
            try core.callerSocket(for: address, receiveWindow: settings.receiveWindow)
        }
        guard case .success(let socket) = made else {
            if case .failure(let failure) = made { failed(failure.message, core, at: now) }
            return step(core, at: now)
        }
        var prepared = socket.apply(settings) && socket.set(SRTO_CONNTIMEO, SRTLimits.connectTimeoutMilliseconds)
        if let streamID = configuration.streamID, !streamID.isEmpty {
            prepared = prepared && socket.set(SRTO_STREAMID, streamID)
        }
        let called = prepared && address.withSocketAddress { srt_connect(socket.id, $0, $1) } != SRTSocket.errorResult
        guard called else {
            let text = SRTSocket.lastErrorText
            socket.close()
            failed("cannot call \(address): \(text)", core, at: now)
            return step(core, at: now)
        }
        // libsrt gives up first; this is for a libsrt that does not.
        let deadline = now.advanced(by: .milliseconds(Int64(SRTLimits.connectTimeoutMilliseconds) * 2))
        let attempt = Attempt(socket: socket, address: address, watch: SRTConnectingWatch(deadline: deadline))
        guard move(to: .connecting(attempt)) else {
            socket.close()
            return .stopped
        }
        return .again(now.advanced(by: .nanoseconds(SRTLimits.handshakeTickNanoseconds)))
    }

    private func check(_ core: SRTCore, _ attempt: Attempt, at now: MonotonicTime) -> Step {
        var attempt = attempt
        let socket = attempt.socket
        let rejectReason = srt_getrejectreason(socket.id)
        switch attempt.watch.looked(socket.status, rejectReason: rejectReason, at: now) {
        case .connected:
            return connected(core, socket, attempt.address)
        case .undecided:
            guard move(to: .connecting(attempt)) else { return .stopped }
            return .again(now.advanced(by: .nanoseconds(SRTLimits.handshakeTickNanoseconds)))
        case .failed:
            let reason = SRTRejectReason.sentence(srt_getrejectreason(socket.id))
            socket.close()
            failed("\(attempt.address): \(reason)", core, at: now)
            return step(core, at: now)
        }
    }

    private func connected(_ core: SRTCore, _ socket: SRTSocket, _ address: IPEndpoint) -> Step {
        guard move(to: .connected) else {
            socket.close()
            return .stopped
        }
        body.withLock { $0.failure = nil }
        let connection = SRTConnection(
            socket: socket,
            remote: address,
            // Not the round's time: libsrt refuses messages that are dated before its own idea of it.
            connectedSince: SRTClock.now,
            isPublisher: isPublisher,
            endpoint: configuration.name,
            events: core.events,
            giveBack: {}
        )
        guard let owner = owner.withLock({ $0.value }), owner.adopt(connection) else {
            connection.close()
            return .stopped
        }
        return .idle
    }

    private func failed(_ message: String, _ core: SRTCore, at now: MonotonicTime) {
        let isNews = body.withLock { body in
            if case .stopped = body.state { return false }
            body.state = .waiting(until: body.backoff.attemptFailed(at: now, jitter: .random(in: 0..<1)))
            defer { body.failure = message }
            return body.failure != message
        }
        owner.withLock { $0.value }?.attemptFailed(message)
        if isNews { core.events.callFailed(endpoint: configuration.name, message) }
    }

    /// False when stopped meanwhile.
    private func move(to state: State) -> Bool {
        body.withLock { body in
            if case .stopped = body.state { return false }
            body.state = state
            return true
        }
    }
}

/// What a far side's reject reason says to people.
enum SRTRejectReason {
    static func sentence(_ code: Int32) -> String {
        switch code {
        case Int32(bitPattern: SRT_REJ_TIMEOUT.rawValue): return "no answer"
        case Int32(bitPattern: SRT_REJ_BADSECRET.rawValue): return "the far side refused: wrong passphrase"
        case Int32(bitPattern: SRT_REJ_UNSECURE.rawValue):
            return "the far side refused: only one of the two sides uses encryption"
        case Int32(bitPattern: SRT_REJ_BACKLOG.rawValue): return "the far side refused: its backlog is full"
        case Int32(bitPattern: SRT_REJ_VERSION.rawValue): return "the far side refused: its SRT version does not fit"
        case Int32(bitPattern: SRT_REJ_CLOSE.rawValue): return "the far side closed"
        case SRT_REJX_BAD_REQUEST: return "the far side refused: malformed stream ID"
        case SRT_REJX_UNAUTHORIZED: return "the far side refused: not authorised"
        case SRT_REJX_OVERLOAD: return "the far side refused: it takes no more connections"
        case SRT_REJX_FORBIDDEN: return "the far side refused: this address may not connect"
        case SRT_REJX_NOTFOUND: return "the far side refused: unknown stream ID"
        case SRT_REJX_BAD_MODE: return "the far side refused: wrong direction"
        case SRT_REJX_UNACCEPTABLE: return "the far side refused: the parameters do not fit"
        case SRT_REJX_CONFLICT, SRT_REJX_LOCKED: return "the far side refused: the stream is in use"
        case Int32(bitPattern: SRT_REJ_UNKNOWN.rawValue): return "the attempt failed"
        default: return "the far side refused with code \(code)"
        }
    }
}
