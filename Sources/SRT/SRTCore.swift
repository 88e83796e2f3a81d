import CLibSRT
import Media
import NetworkAddress
import Synchronization
import Threads

/// What inputs, outputs, ports and the poller of one gateway share.
final class SRTCore: Sendable {
    private struct Ports {
        var own: [UInt16: SRTPort] = [:]
        var shared: SRTPort?
        /// Closed ones, kept until libsrt cannot call them any more.
        var closed: [(port: SRTPort, since: MonotonicTime)] = []
        var callers: [IPAddress.Family: (anchor: SRTSocket, guarded: SRTGuardedSocket)] = [:]
        var isRunning = false
    }

    /// libsrt is started for the first socket: a thread of its own wakes up each second from then on.
    private enum LibraryUse {
        case notYet
        case started
        case over
    }

    let configuration: SRTGatewayConfiguration
    let events: SRTEvents
    let poller = SRTPoller()
    let resolver = SRTResolver()
    let connections: Mutex<ConnectionTable>
    let wrongKeys: Mutex<AddressLimiter>
    private let handshakes = Mutex<[SRTSocket: PendingHandshake]>([:])
    private let ports = Mutex(Ports())
    private let libraryUse = Mutex(LibraryUse.notYet)
    private let running = Mutex<[ObjectIdentifier: @Sendable () -> Void]>([:])

    init(configuration: SRTGatewayConfiguration, onEvent: @escaping @Sendable (SRTEvent) -> Void) {
        self.configuration = configuration
        self.events = SRTEvents(handler: onEvent)
        self.wrongKeys = Mutex(
            AddressLimiter(burst: SRTLimits.wrongKeyBurst, perSecond: configuration.wrongKeysPerSecond)
        )
        self.connections = Mutex(
            ConnectionTable(
                maximum: configuration.maximumConnections,
                maximumPerAddress: configuration.maximumConnectionsPerAddress
            )
        )
    }

    // MARK: - Life

    func start() throws(SRTFailure) {
        if let number = configuration.sharedPort {
            let address = IPEndpoint(address: configuration.bindAddress, port: number)
            let port = try SRTPort(core: self, address: address)
            ports.withLock { $0.shared = port }
        }
        guard poller.start(self) else {
            closePorts()
            finishPorts()
            throw SRTFailure(reason: .libraryFailed, message: "cannot start a thread")
        }
        ports.withLock { $0.isRunning = true }
    }

    func stop() {
        let wasRunning = ports.withLock { ports in
            defer { ports.isRunning = false }
            return ports.isRunning
        }
        guard wasRunning else { return }
        for close in running.withLock({ Array($0.values) }) { close() }
        poller.stop()
        for handshake in handshakes.withLock({ Array($0.values) }) {
            takeHandshake(handshake.socket)?.socket.close()
        }
        closePorts()
        let wasUsed = libraryUse.withLock { use in
            defer { use = .over }
            return use == .started
        }
        if wasUsed { SRTLibrary.stop(self) }
        finishPorts()
    }

    private func closePorts() {
        let (open, callers) = ports.withLock { ports in
            let open = Array(ports.own.values) + (ports.shared.map { [$0] } ?? [])
            let callers = Array(ports.callers.values)
            ports.own = [:]
            ports.shared = nil
            ports.callers = [:]
            ports.closed += open.map { ($0, .zero) }
            return (open, callers)
        }
        for port in open { port.close() }
        for caller in callers {
            caller.anchor.close()
            caller.guarded.release()
        }
    }

    private func finishPorts() {
        let closed = ports.withLock { ports in
            defer { ports.closed = [] }
            return ports.closed
        }
        for entry in closed { entry.port.finish() }
    }

    func keep(_ object: AnyObject, close: @escaping @Sendable () -> Void) {
        running.withLock { $0[ObjectIdentifier(object)] = close }
    }

    func forget(_ object: AnyObject) {
        _ = running.withLock { $0.removeValue(forKey: ObjectIdentifier(object)) }
    }

    // MARK: - libsrt

    /// A new socket of libsrt's, which is started for the first one.
    func makeSocket() throws(SRTFailure) -> SRTSocket {
        try libraryUse.withLock { use throws(SRTFailure) in
            if use == .notYet, withLibraryTimerSlack({ SRTLibrary.start(self) }) { use = .started }
            guard use != .over else {
                throw SRTFailure(reason: .notRunning, message: "the SRT gateway does not run")
            }
            guard use == .started, let socket = SRTSocket.make() else {
                throw SRTFailure(reason: .libraryFailed, message: SRTSocket.lastErrorText)
            }
            return socket
        }
    }

    /// Around what has libsrt start threads. Ours are to be punctual.
    func withLibraryTimerSlack<Result, Failure>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        try PosixThread.withTimerSlack(configuration.libraryTimerSlack, body)
    }

    // MARK: - Ports

    var sharedPort: UInt16? { ports.withLock { $0.shared?.localPort } }

    /// The port for an endpoint, opened when it is one of its own.
    func attach(
        _ endpoint: SRTEndpoint,
        port number: UInt16?,
        streamID: String?
    ) throws(SRTFailure) -> SRTPort {
        guard ports.withLock({ $0.isRunning }) else {
            throw SRTFailure(reason: .notRunning, message: "the SRT gateway does not run")
        }
        guard let number else {
            guard let shared = ports.withLock({ $0.shared }) else {
                throw SRTFailure(reason: .sharedPortDisabled, message: "the shared SRT port is off; give a port")
            }
            try shared.add(endpoint, streamID: streamID ?? endpoint.name)
            return shared
        }
        let address = IPEndpoint(address: configuration.bindAddress, port: number)
        let takesOver = ports.withLock { ports in ports.closed.contains { $0.port.localPort == number } }
        let port = try SRTPort(core: self, address: address, settings: endpoint.settings, takesOver: takesOver)
        do throws(SRTFailure) {
            try port.add(endpoint, streamID: streamID)
        } catch {
            port.close()
            throw error
        }
        ports.withLock { $0.own[port.localPort] = port }
        return port
    }

    func remove(_ endpoint: SRTEndpoint, from port: SRTPort) {
        guard port.remove(endpoint), !port.isShared else { return }
        let now = SRTClock.now
        ports.withLock { ports in
            ports.own[port.localPort] = nil
            ports.closed.append((port, now))
        }
        port.close()
        poller.wake()
    }

    /// Lets go of ports that were closed long enough ago.
    func tendPorts(at now: MonotonicTime) {
        let finished = ports.withLock { ports in
            let finished = ports.closed.filter { now.nanoseconds(since: $0.since) > SRTLimits.closedPortNanoseconds }
            ports.closed.removeAll { now.nanoseconds(since: $0.since) > SRTLimits.closedPortNanoseconds }
            return finished
        }
        for entry in finished { entry.port.finish() }
    }

    var needsTending: Bool { ports.withLock { !$0.closed.isEmpty } }

    /// A socket for a caller, bound to the local port that all callers of the address's family share.
    func callerSocket(for address: IPEndpoint, receiveWindow: Int32) throws(SRTFailure) -> SRTSocket {
        let socket = try makeSocket()
        do throws(SRTFailure) {
            let local = try callerAddress(address.address.family)
            socket.setReceiveWindow(receiveWindow)
            if address.address.family == .v6 { socket.set(SRTO_IPV6ONLY, Int32(0)) }
            guard local.withSocketAddress({ srt_bind(socket.id, $0, $1) }) != SRTSocket.errorResult else {
                throw SRTFailure(reason: .libraryFailed, message: SRTSocket.lastErrorText)
            }
            return socket
        } catch {
            socket.close()
            throw error
        }
    }

    /// The callers' local address. An anchor socket that never connects keeps libsrt's multiplexer, and with it the
    /// UDP socket that the guard stands before.
    private func callerAddress(_ family: IPAddress.Family) throws(SRTFailure) -> IPEndpoint {
        if let existing = ports.withLock({ $0.callers[family]?.guarded.localAddress }) { return existing }
        let any = IPEndpoint(address: family == .v4 ? IPAddress(v4: 0) : IPAddress(v6: 0), port: 0)
        let guarded = try SRTGuardedSocket(bindingTo: any, filter: .everyone)
        let anchor = try makeSocket()
        do throws(SRTFailure) {
            try withLibraryTimerSlack { () throws(SRTFailure) in try guarded.handOver(to: anchor) }
            ports.withLock { $0.callers[family] = (anchor, guarded) }
            return guarded.localAddress
        } catch {
            anchor.close()
            throw error
        }
    }

    // MARK: - Handshakes

    /// Called inside the listen callback.
    func handshakeStarted(_ handshake: PendingHandshake) {
        handshakes.withLock { $0[handshake.socket] = handshake }
        SRTLibrary.remember(handshake)
        poller.wake()
    }

    /// Called when libsrt logged a handshake's failure.
    func handshakeFailed(_ handshake: PendingHandshake, _ refusal: Refusal, at now: MonotonicTime) {
        guard takeHandshake(handshake.socket) != nil else { return }
        giveBack(handshake)
        keyRefused(refusal, handshake.endpoint, handshake.remote, at: now)
    }

    private func keyRefused(_ refusal: Refusal, _ endpoint: SRTEndpoint, _ remote: IPEndpoint, at now: MonotonicTime) {
        _ = wrongKeys.withLock { $0.take(remote.address, for: endpoint.name, at: now) }
        events.refused(refusal, endpoint: endpoint.name, remote: remote)
    }

    private func takeHandshake(_ socket: SRTSocket) -> PendingHandshake? {
        handshakes.withLock { $0.removeValue(forKey: socket) }
    }

    func giveBack(_ handshake: PendingHandshake) {
        handshake.endpoint.release()
        connections.withLock { $0.giveBack(handshake.remote.address) }
    }

    /// Accepts what is ready; true while handshakes are under way.
    func acceptPending(at now: MonotonicTime) -> Bool {
        let pending = handshakes.withLock { Array($0.values) }
        guard !pending.isEmpty else { return false }
        for handshake in pending {
            // Asked first, because an accept in vain is an exception and a log line. Which socket comes out does not
            // matter: there are as many as are connected.
            guard handshake.socket.status == SRTS_CONNECTED, let listener = handshake.port.listener else { continue }
            let (result, _) = IPEndpoint.filled { srt_accept(listener.id, $0, $1) }
            if result != SRT_INVALID_SOCK { accepted(SRTSocket(id: result), at: now) }
        }
        for handshake in pending { sweep(handshake, at: now) }
        return true
    }

    private func accepted(_ socket: SRTSocket, at now: MonotonicTime) {
        guard let handshake = takeHandshake(socket) else {
            socket.close()
            return
        }
        SRTLibrary.forget(handshake)
        let endpoint = handshake.endpoint
        let connection = SRTConnection(
            socket: socket,
            remote: handshake.remote,
            connectedSince: SRTClock.now,
            isPublisher: endpoint.direction == .input,
            endpoint: endpoint.name,
            events: events,
            giveBack: { [self] in giveBack(handshake) }
        )
        if let wanted = endpoint.settings.encryption?.keyLength, socket.integer(SRTO_PBKEYLEN) != Int32(wanted) {
            connection.close()
            keyRefused(.keyLengthMismatch, endpoint, handshake.remote, at: now)
            return
        }
        guard let owner = endpoint.currentOwner, owner.adopt(connection) else {
            connection.close()
            return
        }
    }

    /// Gives up on a handshake that neither arrived nor failed in a way that libsrt told.
    private func sweep(_ handshake: PendingHandshake, at now: MonotonicTime) {
        let age = now.nanoseconds(since: handshake.started)
        guard age > SRTLimits.statisticsNanoseconds else { return }
        let status = handshake.socket.status
        let isGone = status == SRTS_NONEXIST || status == SRTS_CLOSED || status == SRTS_BROKEN
        guard isGone || age > SRTLimits.handshakeNanoseconds else { return }
        guard takeHandshake(handshake.socket) != nil else { return }
        SRTLibrary.forget(handshake)
        handshake.socket.close()
        giveBack(handshake)
    }
}
