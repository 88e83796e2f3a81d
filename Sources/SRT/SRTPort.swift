import CLibSRT
import Glibc
import Media
import NetworkAddress
import Synchronization

/// A UDP port with the endpoints that it serves: many by stream ID on the shared port, one on a port of its own.
///
/// It is bound at once, so that a conflict is known, and dead until the first endpoint is added: libsrt's receiving
/// thread wakes a hundred times a second for each port that it has, however idle. When the last endpoint of the shared
/// port goes libsrt keeps it and refuses callers. Taking it back would be neither easy nor safe: libsrt lets go of what
/// was closed only some seconds later, and a flow that restarts would put one UDP socket beside the other each time.
final class SRTPort: Sendable {
    private struct Routes {
        var byStreamID: [String: SRTEndpoint] = [:]
        /// Takes any stream ID.
        var fallback: SRTEndpoint?
        var isClosed = false

        var all: [SRTEndpoint] { Array(byStreamID.values) + (fallback.map { [$0] } ?? []) }
    }

    let localPort: UInt16
    let isShared: Bool
    /// Packets that a session may hold.
    let receiveWindow: Int32
    /// What callers that leave their key length open are told to use; 0 for nothing.
    private let advertisedKeyLength: Int
    private let guarded: SRTGuardedSocket
    /// libsrt's socket, from the first endpoint on.
    private let listening = Mutex<SRTSocket?>(nil)
    private let routes = Mutex(Routes())
    private let weakCore: WeakCore

    private struct WeakCore: Sendable {
        weak let value: SRTCore?
    }

    var core: SRTCore? { weakCore.value }
    var listener: SRTSocket? { listening.withLock { $0 } }

    /// Binds the port. What comes in is dropped in the kernel until there is an endpoint.
    ///
    /// - Parameter settings: of the one endpoint of a port of its own; nil for the shared port.
    init(
        core: SRTCore,
        address: IPEndpoint,
        settings: SRTSessionSettings? = nil,
        takesOver: Bool = false
    ) throws(SRTFailure) {
        self.isShared = settings == nil
        self.advertisedKeyLength = settings?.encryption?.keyLength ?? 0
        self.receiveWindow = settings?.receiveWindow ?? SRTLimits.sharedPortReceivePackets
        self.weakCore = WeakCore(value: core)
        self.guarded = try SRTGuardedSocket(bindingTo: address, filter: .nobody, takesOver: takesOver)
        self.localPort = guarded.localAddress.port
    }

    // MARK: - Listening

    /// Hands the port to libsrt unless it has it. Who comes meanwhile waits; after a failure the next one tries again.
    private func listen() throws(SRTFailure) {
        try listening.withLock { listening throws(SRTFailure) in
            guard listening == nil else { return }
            guard let core else { throw SRTFailure(reason: .notRunning, message: "the SRT gateway does not run") }
            let listener = try core.makeSocket()
            do throws(SRTFailure) {
                listener.setReceiveWindow(receiveWindow)
                if advertisedKeyLength > 0 { listener.set(SRTO_PBKEYLEN, Int32(advertisedKeyLength)) }
                try core.withLibraryTimerSlack { () throws(SRTFailure) in try guarded.handOver(to: listener) }
                try takeCalls(on: listener)
            } catch {
                listener.close()
                guarded.update(.nobody)
                throw error
            }
            listening = listener
        }
    }

    private func takeCalls(on listener: SRTSocket) throws(SRTFailure) {
        // Until the poller narrows it down to the endpoints' allowlists.
        guard guarded.update(.everyone) else {
            throw SRTFailure(reason: .libraryFailed, message: "cannot open UDP port \(localPort) to callers")
        }
        // Balanced in `finish`, after libsrt has let go of the listener.
        let reference = Unmanaged.passRetained(self)
        let installed = srt_listen_callback(
            listener.id,
            { opaque, socket, _, peer, streamID in
                guard let opaque, let peer else { return SRTSocket.errorResult }
                let port = Unmanaged<SRTPort>.fromOpaque(opaque).takeUnretainedValue()
                return port.handshake(SRTSocket(id: socket), peer, streamID)
            },
            reference.toOpaque()
        )
        guard installed == 0, srt_listen(listener.id, SRTLimits.backlog) == 0 else {
            let text = SRTSocket.lastErrorText
            reference.release()
            throw SRTFailure(reason: .libraryFailed, message: "cannot listen on UDP port \(localPort): \(text)")
        }
    }

    // MARK: - Endpoints

    func add(_ endpoint: SRTEndpoint, streamID: String?) throws(SRTFailure) {
        try listen()
        let problem = routes.withLock { routes -> SRTFailure? in
            guard !routes.isClosed else { return SRTFailure(reason: .notRunning, message: "the port is closed") }
            if isShared, let streamID {
                guard routes.byStreamID[streamID] == nil else {
                    return SRTFailure(reason: .streamIDInUse, message: "stream ID \(streamID) is in use")
                }
                routes.byStreamID[streamID] = endpoint
                return nil
            }
            guard routes.byStreamID.isEmpty, routes.fallback == nil else {
                return SRTFailure(reason: .portInUse, message: "UDP port \(localPort) is in use")
            }
            if let streamID { routes.byStreamID[streamID] = endpoint } else { routes.fallback = endpoint }
            return nil
        }
        if let problem { throw problem }
        allowlistsChanged()
    }

    /// Returns whether the port serves nobody any more.
    func remove(_ endpoint: SRTEndpoint) -> Bool {
        let isEmpty = routes.withLock { routes in
            if routes.fallback === endpoint { routes.fallback = nil }
            if let key = routes.byStreamID.first(where: { $0.value === endpoint })?.key { routes.byStreamID[key] = nil }
            return routes.byStreamID.isEmpty && routes.fallback == nil
        }
        allowlistsChanged()
        return isEmpty
    }

    var isEmpty: Bool { routes.withLock { $0.byStreamID.isEmpty && $0.fallback == nil } }

    /// Has the poller bring the guard filter up to date, once for many changes.
    func allowlistsChanged() {
        core?.poller.portChanged(self)
    }

    func updateGuard() {
        let endpoints = routes.withLock { $0.all }
        guarded.update(SRTGuardFilter(allowlists: endpoints.lazy.map(\.allow)))
    }

    func close() {
        let wasOpen = routes.withLock { routes in
            defer { routes = Routes(isClosed: true) }
            return !routes.isClosed
        }
        guard wasOpen else { return }
        // One after the other with `listen`, which finds the port released.
        listening.withLock { listener in
            listener?.close()
            guarded.release()
        }
    }

    /// Gives up the reference that libsrt's callback held. Called once, when libsrt cannot call any more.
    func finish() {
        if listener != nil { Unmanaged.passUnretained(self).release() }
    }

    // MARK: - On libsrt's threads

    /// The listen callback: 0 lets the handshake go on, -1 refuses it.
    private func handshake(
        _ socket: SRTSocket,
        _ peer: UnsafePointer<sockaddr>,
        _ streamID: UnsafePointer<CChar>?
    ) -> Int32 {
        guard let core, let remote = IPEndpoint(peer) else { return SRTSocket.errorResult }
        let now = SRTClock.now
        func refuse(_ refusal: Refusal, _ endpoint: SRTEndpoint?) -> Int32 {
            srt_setrejectreason(socket.id, refusal.rejectCode)
            core.events.refused(refusal, endpoint: endpoint?.name, remote: remote)
            return SRTSocket.errorResult
        }
        let length = streamID.map { strnlen($0, SRTLimits.streamIDBytes + 1) } ?? 0
        let bytes = UnsafeRawBufferPointer(start: streamID, count: length)
        let wanted: SRTStreamID
        do {
            wanted = try SRTStreamID(parsing: bytes)
        } catch {
            // A port of its own takes whatever its peer calls itself.
            guard let endpoint = routes.withLock({ $0.fallback }) else { return refuse(.malformedStream, nil) }
            return admit(socket, endpoint, nil, remote, core, now, refuse)
        }
        guard let endpoint = routes.withLock({ $0.byStreamID[wanted.resource] ?? $0.fallback }) else {
            return refuse(.unknownStreamKey, nil)
        }
        return admit(socket, endpoint, wanted.mode, remote, core, now, refuse)
    }

    private func admit(
        _ socket: SRTSocket,
        _ endpoint: SRTEndpoint,
        _ mode: SRTStreamID.Mode?,
        _ remote: IPEndpoint,
        _ core: SRTCore,
        _ now: MonotonicTime,
        _ refuse: (Refusal, SRTEndpoint?) -> Int32
    ) -> Int32 {
        // Others of the address, who may stand behind one router with it, are not slowed.
        guard !core.wrongKeys.withLock({ $0.isExhausted(remote.address, for: endpoint.name, at: now) }) else {
            srt_setrejectreason(socket.id, Refusal.tooManyConnections.rejectCode)
            core.events.triedTooOften(endpoint: endpoint.name, remote: remote)
            return SRTSocket.errorResult
        }
        if let refusal = endpoint.admit(remote.address, mode: mode) { return refuse(refusal, endpoint) }
        guard core.connections.withLock({ $0.take(remote.address) }) else {
            endpoint.release()
            return refuse(.tooManyConnections, endpoint)
        }
        let handshake = PendingHandshake(socket: socket, endpoint: endpoint, port: self, remote: remote, started: now)
        guard socket.apply(endpoint.settings, largestWindow: receiveWindow) else {
            core.giveBack(handshake)
            return SRTSocket.errorResult
        }
        core.handshakeStarted(handshake)
        return 0
    }
}

/// A connection that the listen callback let through and that libsrt is still checking the key of.
struct PendingHandshake: Sendable {
    let socket: SRTSocket
    let endpoint: SRTEndpoint
    let port: SRTPort
    let remote: IPEndpoint
    let started: MonotonicTime
}

/// Counts connections, in all and for each address.
struct ConnectionTable: Sendable {
    let maximum: Int
    let maximumPerAddress: Int
    private(set) var total = 0
    private var byAddress: [IPAddress: Int] = [:]

    init(maximum: Int, maximumPerAddress: Int) {
        self.maximum = maximum
        self.maximumPerAddress = maximumPerAddress
    }

    /// Takes a place; false when there is none.
    mutating func take(_ address: IPAddress) -> Bool {
        let count = byAddress[address, default: 0]
        guard total < maximum, count < maximumPerAddress else { return false }
        total += 1
        byAddress[address] = count + 1
        return true
    }

    mutating func giveBack(_ address: IPAddress) {
        guard let count = byAddress[address] else { return }
        total -= 1
        byAddress[address] = count > 1 ? count - 1 : nil
    }
}
