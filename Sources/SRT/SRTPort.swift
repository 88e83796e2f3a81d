import CLibSRT
import Glibc
import Media
import NetworkAddress
import Synchronization

/// A listening UDP port with the endpoints that it serves: many by stream ID on the shared port, one on a port of its
/// own.
final class SRTPort: Sendable {
    private struct Routes {
        var byStreamID: [String: SRTEndpoint] = [:]
        /// Takes any stream ID.
        var fallback: SRTEndpoint?
        var isClosed = false

        var all: [SRTEndpoint] { Array(byStreamID.values) + (fallback.map { [$0] } ?? []) }
    }

    let listener: SRTSocket
    let localPort: UInt16
    let isShared: Bool
    /// Packets that a session may hold.
    let receiveWindow: Int32
    private let guarded: SRTGuardedSocket
    private let routes = Mutex(Routes())
    private let weakCore: WeakCore

    private struct WeakCore: Sendable {
        weak let value: SRTCore?
    }

    var core: SRTCore? { weakCore.value }

    /// - Parameter settings: of the one endpoint of a port of its own; nil for the shared port.
    init(
        core: SRTCore,
        address: IPEndpoint,
        settings: SRTSessionSettings? = nil,
        takesOver: Bool = false
    ) throws(SRTFailure) {
        guard let listener = SRTSocket.make() else {
            throw SRTFailure(reason: .libraryFailed, message: SRTSocket.lastErrorText)
        }
        self.listener = listener
        self.isShared = settings == nil
        let advertisedKeyLength = settings?.encryption?.keyLength ?? 0
        self.receiveWindow = settings?.receiveWindow ?? SRTLimits.sharedPortReceivePackets
        self.weakCore = WeakCore(value: core)
        do {
            listener.setReceiveWindow(receiveWindow)
            // What callers that leave their key length open are told to use.
            if advertisedKeyLength > 0 { listener.set(SRTO_PBKEYLEN, Int32(advertisedKeyLength)) }
            guarded = try SRTGuardedSocket(
                binding: listener,
                to: address,
                filter: SRTGuardFilter(sources: nil),
                takesOver: takesOver
            )
        } catch {
            listener.close()
            throw error
        }
        localPort = guarded.localAddress.port
        // Balanced in `finish`, after libsrt has let go of the listener.
        let opaque = Unmanaged.passRetained(self).toOpaque()
        let installed = srt_listen_callback(
            listener.id,
            { opaque, socket, _, peer, streamID in
                guard let opaque, let peer else { return SRTSocket.errorResult }
                let port = Unmanaged<SRTPort>.fromOpaque(opaque).takeUnretainedValue()
                return port.handshake(SRTSocket(id: socket), peer, streamID)
            },
            opaque
        )
        guard installed == 0, srt_listen(listener.id, SRTLimits.backlog) == 0 else {
            let text = SRTSocket.lastErrorText
            listener.close()
            guarded.release()
            throw SRTFailure(reason: .libraryFailed, message: "cannot listen on UDP \(address): \(text)")
        }
    }

    // MARK: - Endpoints

    func add(_ endpoint: SRTEndpoint, streamID: String?) throws(SRTFailure) {
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
        listener.close()
        guarded.release()
    }

    /// Gives up the reference that libsrt's callback held. Called when libsrt cannot call any more.
    func finish() {
        Unmanaged.passUnretained(self).release()
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
        guard !core.wrongKeys.withLock({ $0.isExhausted(remote.address, at: now) }) else {
            return refuse(.tooManyConnections, nil)
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
