import CLibSRT
import Media
public import NetworkAddress
import Synchronization

/// A running input: passes what its publisher sends to a sink.
public final class SRTInput: Sendable {
    private struct Session {
        var connection: SRTConnection?
        var isClosed = false
        var pace = SRTReadPace()
        var sequence = SRTSequence()
    }

    private struct Figures {
        var state: SRTState
        var lastError: String?
        var connections = 0
        var packets: UInt64 = 0
        var bytes: UInt64 = 0
        var peer: SRTConnection?
    }

    public let localPort: UInt16?
    let core: SRTCore
    let sink: any InputSink
    /// nil for a caller.
    private let endpoint: SRTEndpoint?
    private let port: SRTPort?
    private let caller: SRTCaller?
    /// Held while the sink is called, so that `close` returns only when no call is under way.
    private let session = Mutex(Session())
    private let closing = Atomic<Bool>(false)
    private let figures: Mutex<Figures>

    init(core: SRTCore, sink: any InputSink, endpoint: SRTEndpoint?, port: SRTPort?, caller: SRTCaller?) {
        self.core = core
        self.sink = sink
        self.endpoint = endpoint
        self.port = port
        self.caller = caller
        self.localPort = port?.localPort
        self.figures = Mutex(Figures(state: .waiting))
    }

    /// Who may connect from now on. The session that is up stays, also when its address is no longer allowed.
    public func update(allow: Allowlist) {
        endpoint?.update(allow: allow)
        port?.allowlistsChanged()
    }

    /// Ends the session and the listening or calling. When it returns, the sink is not called any more; it hears
    /// `reason` as the last thing when a peer was connected.
    public func close(_ reason: String = "the input was stopped") {
        guard closing.compareExchange(expected: false, desired: true, ordering: .sequentiallyConsistent).exchanged
        else {
            return
        }
        if let endpoint { endpoint.close() }
        caller?.stop()
        if let port, let endpoint { core.remove(endpoint, from: port) }
        core.forget(self)
        if core.poller.isCurrentThread {
            // Called by the sink itself: the poller holds the session and ends it when the sink returns.
            core.poller.perform { [self] in end(reason) }
        } else {
            end(reason)
        }
    }

    private func end(_ reason: String) {
        let connection = session.withLock { session -> SRTConnection? in
            guard !session.isClosed else { return nil }
            session.isClosed = true
            defer { session.connection = nil }
            if session.connection != nil { sink.peerDisconnected(reason) }
            return session.connection
        }
        connection?.close()
        figures.withLock { figures in
            figures.state = .closed
            figures.peer = nil
        }
    }

    public func statistics() -> SRTInputStatistics {
        figures.withLock { figures in
            SRTInputStatistics(
                state: figures.state,
                peer: figures.peer?.statistics,
                lastError: figures.lastError,
                reconnects: max(0, figures.connections - 1),
                deliveredPackets: figures.packets,
                deliveredBytes: figures.bytes
            )
        }
    }

    // MARK: - On the poller's thread

    /// What one round read from the input's socket.
    struct Reading {
        var connection: SRTConnection
        /// In the round's buffers.
        var range: Range<Int>
        var outcome: SRTReceiveBuffers.Outcome
    }

    /// Reads what the socket has due; nil when there is no session.
    func read(into buffers: SRTReceiveBuffers, at now: MonotonicTime) -> Reading? {
        session.withLock { session in
            guard let connection = session.connection else { return nil }
            let start = buffers.count
            let outcome = buffers.fill(
                from: connection.socket,
                pace: &session.pace,
                sequence: &session.sequence,
                at: now
            )
            return Reading(connection: connection, range: start..<buffers.count, outcome: outcome)
        }
    }

    /// Passes on what was read; false when the session has ended.
    func deliver(_ reading: Reading, from buffers: SRTReceiveBuffers, arrival: MonotonicTime) -> Bool {
        let isLost = reading.outcome == .broken
        let reason = "the connection was lost or closed by the far side"
        var bytes = 0
        let isCurrent = session.withLock { session -> Bool in
            // Closed between reading and delivering: nothing is delivered any more.
            guard session.connection === reading.connection else { return false }
            if !reading.range.isEmpty {
                let batch = buffers.batch(reading.range, arrival: arrival)
                bytes = batch.byteCount
                sink.consume(batch)
            }
            if isLost, !closing.load(ordering: .relaxed) {
                session.connection = nil
                sink.peerDisconnected(reason)
            }
            return true
        }
        guard isCurrent else { return false }
        if bytes > 0 {
            figures.withLock { figures in
                figures.packets &+= UInt64(reading.range.count)
                figures.bytes &+= UInt64(bytes)
            }
        }
        if isLost { sessionEnded(reading.connection, reason) }
        return !isLost
    }

    private func sessionEnded(_ connection: SRTConnection, _ reason: String) {
        connection.close()
        figures.withLock { figures in
            figures.state = .waiting
            figures.lastError = reason
            figures.peer = nil
        }
        caller?.connectionLost(since: connection.connectedSince, at: SRTClock.now)
    }
}

extension SRTInput: SRTConnectionOwner {
    func adopt(_ connection: SRTConnection) -> Bool {
        let (isAdopted, former) = session.withLock { session -> (Bool, SRTConnection?) in
            guard !session.isClosed, !closing.load(ordering: .relaxed) else { return (false, nil) }
            let former = session.connection
            if former != nil {
                guard endpoint?.isSilent() ?? false else { return (false, nil) }
                sink.peerDisconnected("it brought no media for too long, and another publisher came")
            }
            session.connection = connection
            session.pace = SRTReadPace()
            session.sequence = SRTSequence()
            sink.peerConnected(connection.remote.description)
            return (true, former)
        }
        guard isAdopted else { return false }
        former?.close()
        figures.withLock { figures in
            figures.state = .connected
            figures.connections += 1
            figures.peer = connection
        }
        core.poller.addReader(self)
        return true
    }

    var hasSession: Bool { session.withLock { $0.connection != nil } }

    /// Takes libsrt's figures.
    func refresh(at now: MonotonicTime) {
        let connection = figures.withLock { $0.peer }
        _ = connection?.refresh(at: now)
    }

    func attemptFailed(_ message: String) {
        figures.withLock { figures in
            figures.lastError = message
            figures.state = .waiting
        }
    }

    func attemptStarted() {
        figures.withLock { $0.state = .connecting }
    }
}
