import CLibSRT
public import Media
public import NetworkAddress
import Synchronization

/// A running output: sends what it consumes to its receivers, on the spot.
public final class SRTOutput: Sendable {
    private struct Peer {
        var connection: SRTConnection
        var isBroken = false
        /// The source time of the last message.
        var lastSourceTime: Int64 = 0

        /// What libsrt is told as a message's time, in microseconds: when it was due, but never before the connection
        /// (which libsrt refuses), the message before it, or so long ago that it would count as too late.
        mutating func sourceTime(due: MonotonicTime, at now: MonotonicTime) -> Int64 {
            let earliest = max(
                connection.connectedSince.nanoseconds,
                now.nanoseconds &- SRTLimits.sourceTimeLagNanoseconds
            )
            let time = min(max(due.nanoseconds, earliest), now.nanoseconds) / 1_000
            lastSourceTime = max(time, lastSourceTime)
            return lastSourceTime
        }
    }

    private struct Sending {
        var peers: [Peer] = []
        var isClosed = false
        var droppedWithoutPeer: UInt64 = 0
        var droppedBySendBuffer: UInt64 = 0
        var sentPackets: UInt64 = 0
        var sentBytes: UInt64 = 0
    }

    private struct Figures {
        var state: SRTState = .waiting
        var lastError: String?
        var connections = 0
    }

    public let localPort: UInt16?
    let core: SRTCore
    private let endpoint: SRTEndpoint?
    private let port: SRTPort?
    private let caller: SRTCaller?
    private let sending = Mutex(Sending())
    private let figures = Mutex(Figures())

    init(core: SRTCore, endpoint: SRTEndpoint?, port: SRTPort?, caller: SRTCaller?) {
        self.core = core
        self.endpoint = endpoint
        self.port = port
        self.caller = caller
        self.localPort = port?.localPort
    }

    /// Who may connect from now on, and how many; nil leaves as it is. Receivers that are connected stay.
    public func update(allow: Allowlist? = nil, maxConcurrent: Int? = nil) {
        endpoint?.update(allow: allow, maximum: maxConcurrent)
        if allow != nil { port?.allowlistsChanged() }
    }

    /// Ends every session and the listening or calling.
    public func close() {
        let peers = sending.withLock { sending -> [Peer] in
            sending.isClosed = true
            defer { sending.peers = [] }
            return sending.peers
        }
        if let endpoint { endpoint.close() }
        caller?.stop()
        if let port, let endpoint { core.remove(endpoint, from: port) }
        core.forget(self)
        for peer in peers {
            peer.connection.close()
            tellEnd(of: peer.connection, "the output was stopped", isExpected: true)
        }
        figures.withLock { $0.state = .closed }
    }

    private var name: String { endpoint?.name ?? caller?.configuration.name ?? "" }

    private func tellEnd(of connection: SRTConnection, _ reason: String, isExpected: Bool) {
        core.events.receiverDisconnected(
            endpoint: name,
            remote: connection.remote,
            reason,
            isExpected: isExpected
        )
    }

    public func statistics() -> SRTOutputStatistics {
        let (state, lastError, connections) = figures.withLock { ($0.state, $0.lastError, $0.connections) }
        return sending.withLock { sending in
            SRTOutputStatistics(
                state: state == .closed || state == .connecting
                    ? state : (sending.peers.isEmpty ? .waiting : .connected),
                peers: sending.peers.map(\.connection.statistics),
                lastError: lastError,
                reconnects: caller == nil ? 0 : max(0, connections - 1),
                droppedWithoutPeer: sending.droppedWithoutPeer,
                droppedBySendBuffer: sending.droppedBySendBuffer,
                sentPackets: sending.sentPackets,
                sentBytes: sending.sentBytes
            )
        }
    }

    // MARK: - On the poller's thread

    var isIdle: Bool { sending.withLock { $0.peers.isEmpty } }

    /// Lets go of receivers that are gone. Called when a send failed and about once a second.
    func removeBroken(_ isGone: (SRTConnection) -> Bool) {
        let connections = sending.withLock { $0.peers.map { ($0.connection, $0.isBroken) } }
        let gone = connections.filter { $0.1 || isGone($0.0) }.map(\.0)
        guard !gone.isEmpty else { return }
        let removed = sending.withLock { sending in
            let removed = sending.peers.map(\.connection).filter { connection in gone.contains { $0 === connection } }
            sending.peers.removeAll { peer in removed.contains { $0 === peer.connection } }
            return removed
        }
        let now = SRTClock.now
        let reason = "the connection was lost or closed by the far side"
        for connection in removed {
            connection.close()
            figures.withLock { figures in
                figures.lastError = reason
                if figures.state == .connected { figures.state = .waiting }
            }
            // Who came may go as well.
            tellEnd(of: connection, reason, isExpected: caller == nil)
            caller?.connectionLost(since: connection.connectedSince, at: now)
        }
    }
}

extension SRTOutput: PacketSink {
    public func consume(_ batch: PacketBatch) {
        let lostPeer = sending.withLock { sending -> Bool in
            guard !sending.peers.isEmpty else {
                if caller != nil { sending.droppedWithoutPeer &+= UInt64(batch.payloads.count) }
                return false
            }
            var lost = false
            let now = SRTClock.now
            let dueTimes = batch.dueTimes.flatMap { $0.count == batch.payloads.count ? $0 : nil }
            for index in sending.peers.indices where !sending.peers[index].isBroken {
                for (position, payload) in batch.payloads.enumerated() {
                    let due = dueTimes.map { $0[position] } ?? now
                    let time = sending.peers[index].sourceTime(due: due, at: now)
                    guard Self.send(payload, on: sending.peers[index].connection.socket.id, time, &sending) else {
                        sending.peers[index].isBroken = true
                        lost = true
                        break
                    }
                }
            }
            return lost
        }
        if lostPeer { core.poller.outputLostPeer(self) }
    }

    /// Sends a payload as one message, or a larger one cut at whole TS packets; false when the connection is gone.
    private static func send(
        _ payload: UnsafeRawBufferPointer,
        on id: SRTSOCKET,
        _ sourceTime: Int64,
        _ sending: inout Sending
    ) -> Bool {
        guard payload.count > SRTLimits.messageBytes else { return sendMessage(payload, on: id, sourceTime, &sending) }
        var offset = 0
        while offset < payload.count {
            let end = min(offset + SRTLimits.splitMessageBytes, payload.count)
            guard sendMessage(UnsafeRawBufferPointer(rebasing: payload[offset..<end]), on: id, sourceTime, &sending)
            else {
                return false
            }
            offset = end
        }
        return true
    }

    @inline(__always)
    private static func sendMessage(
        _ message: UnsafeRawBufferPointer,
        on id: SRTSOCKET,
        _ sourceTime: Int64,
        _ sending: inout Sending
    ) -> Bool {
        guard let base = message.baseAddress, !message.isEmpty else { return true }
        var control = srt_msgctrl_default
        control.srctime = sourceTime
        if srt_sendmsg2(id, base.assumingMemoryBound(to: CChar.self), Int32(message.count), &control) >= 0 {
            sending.sentPackets &+= 1
            sending.sentBytes &+= UInt64(message.count)
            return true
        }
        let code = srt_getlasterror(nil)
        guard code == SRT_EASYNCSND.rawValue || code == SRT_ECONGEST.rawValue else { return false }
        sending.droppedBySendBuffer &+= 1
        return true
    }
}

extension SRTOutput: SRTConnectionOwner {
    func adopt(_ connection: SRTConnection) -> Bool {
        let adopted = sending.withLock { sending in
            guard !sending.isClosed else { return false }
            sending.peers.append(Peer(connection: connection))
            return true
        }
        guard adopted else { return false }
        figures.withLock { figures in
            figures.connections += 1
            if figures.state != .closed { figures.state = .connected }
        }
        core.poller.addOutput(self)
        core.events.receiverConnected(endpoint: name, remote: connection.remote, isCalled: caller != nil)
        return true
    }

    func attemptFailed(_ message: String) {
        figures.withLock { figures in
            figures.lastError = message
            if figures.state != .closed { figures.state = .waiting }
        }
    }

    func attemptStarted() {
        figures.withLock { if $0.state != .closed { $0.state = .connecting } }
    }
}
