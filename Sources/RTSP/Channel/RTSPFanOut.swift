import Delivery
package import Media
import NIOCore
import RTP
import Synchronization

/// What a player is told of a stream, or a server that it is pushed to.
package struct RTSPOffer: Sendable {
    package let description: SessionDescription
    /// Of the description: packets are of no use under another one.
    let generation: UInt64
}

/// Hands a flow's samples to any number of RTSP sessions: each sample is put into packets once, and their bytes are
/// shared.
///
/// Samples come on an input's thread. To sessions over UDP they go from there; those over TCP are reached through a lane
/// for each event loop, so that a sample costs one hop a loop and not one a session.
package final class RTSPFanOut: SampleSink {
    /// A session over UDP.
    fileprivate struct DatagramMember {
        let connection: PeerConnection
        let generation: UInt64
        let ports: [Int: any RTSPPorts]
        /// Nothing is sent until a decoder can start.
        var isWaiting = true
    }

    fileprivate struct State {
        var broadcast: RTSPBroadcast
        /// Sessions over TCP.
        var lanes = DeliveryLanes<RTSPReceiver>()
        var datagramMembers: [DatagramMember] = []
        /// Everybody who is sent the stream.
        var connections: [PeerConnection] = []
        var onNextSample: (@Sendable () -> Void)?
    }

    private let state: Mutex<State>
    private let clock: @Sendable () -> MonotonicTime
    private let onUnsupportedCodec: @Sendable (Codec) -> Void

    /// - Parameters:
    ///   - clock: the monotonic clock.
    ///   - onUnsupportedCodec: called, on the thread that delivers, for each track that RTSP does not carry.
    package init(
        clock: @escaping @Sendable () -> MonotonicTime = { .now() },
        onUnsupportedCodec: @escaping @Sendable (Codec) -> Void
    ) {
        self.clock = clock
        state = Mutex(State(broadcast: RTSPBroadcast(wallClock: { .now() })))
        self.onUnsupportedCodec = onUnsupportedCodec
    }

    // MARK: The stream

    package func consume(_ track: MediaTrack) {
        let now = clock()
        let change = state.withLock { $0.describe { $0.add(track, at: now) } }
        if change == .unsupported { onUnsupportedCodec(track.codec) }
    }

    package func tracksEnded(leaving tracks: [MediaTrack]) {
        let now = clock()
        state.withLock { $0.describe { $0.keep(only: tracks, at: now) } }
    }

    package func streamEnded() {
        let now = clock()
        state.withLock { $0.broadcast.end(isPlayed: !$0.connections.isEmpty, at: now) }
    }

    package func consume(_ sample: MediaSample) {
        let now = clock()
        state.withLock { state in
            state.onNextSample.take()?()
            state.broadcast.add(sample, at: now) { frame in
                state.lanes.offer(frame)
                for index in state.datagramMembers.indices { state.datagramMembers[index].send(frame) }
            }
        }
    }

    /// Calls once, on the thread that delivers, when the stream runs: what a caller waits for before it calls. It must
    /// not block. A later call replaces the former one; nil takes it back.
    package func notifyOfNextSample(_ body: (@Sendable () -> Void)?) {
        state.withLock { $0.onNextSample = body }
    }

    /// What there is; nil while there is no stream, or its tracks are still being found.
    package func offer(at now: MonotonicTime) -> RTSPOffer? {
        state.withLock { state in
            state.broadcast.description(at: now).map {
                RTSPOffer(description: $0, generation: state.broadcast.generation)
            }
        }
    }

    // MARK: Sessions

    /// Adds a session over TCP, from its event loop. It begins with the next keyframe: clients take the pace at which
    /// packets come for that of the stream, so that nothing may come at once.
    ///
    /// - Returns: What it is to be sent first, to know where the tracks are in time; nil when the stream is not what was
    ///   offered any more.
    func add(
        _ receiver: RTSPReceiver,
        _ offer: RTSPOffer,
        _ connection: PeerConnection,
        on loop: any EventLoop
    ) -> [RTSPFrame]? {
        state.withLock { state -> [RTSPFrame]? in
            guard state.broadcast.generation == offer.generation else { return nil }
            state.admit(connection)
            let reports = state.broadcast.reports()
            state.lanes.add(receiver, from: state.broadcast.nextSequence, on: loop)
            return reports
        }
    }

    /// Adds a session over UDP, which begins with the next keyframe as well.
    ///
    /// - Returns: Whether the stream is still what was offered.
    func add(_ ports: [Int: any RTSPPorts], _ offer: RTSPOffer, _ connection: PeerConnection) -> Bool {
        state.withLock { state in
            guard state.broadcast.generation == offer.generation else { return false }
            state.admit(connection)
            var member = DatagramMember(connection: connection, generation: offer.generation, ports: ports)
            for report in state.broadcast.reports() { member.send(report) }
            state.datagramMembers.append(member)
            return true
        }
    }

    /// From the session's event loop; it is sent nothing afterwards.
    func remove(_ receiver: RTSPReceiver?, _ connection: PeerConnection, on loop: any EventLoop) {
        state.withLock { state in
            state.connections.removeAll { $0 === connection }
            state.datagramMembers.removeAll { $0.connection === connection }
            if let receiver { state.lanes.remove(receiver, on: loop) }
        }
    }
}

extension RTSPFanOut.State {
    /// Changes what players are told: those who were told otherwise have to begin anew.
    fileprivate mutating func describe<Result>(_ change: (inout RTSPBroadcast) -> Result) -> Result {
        let generation = broadcast.generation
        defer {
            if broadcast.generation != generation {
                for connection in connections { connection.end() }
            }
        }
        return change(&broadcast)
    }

    fileprivate mutating func admit(_ connection: PeerConnection) {
        if !connections.contains(where: { $0 === connection }) { connections.append(connection) }
    }
}

extension RTSPFanOut.DatagramMember {
    fileprivate mutating func send(_ frame: RTSPFrame) {
        guard frame.generation == generation else { return }
        if frame.isStart { isWaiting = false }
        guard let ports = ports[frame.track] else { return }
        switch frame.content {
        case .packets(let packets):
            guard !isWaiting else { return }
            ports.send(packets)
            connection.counters.sent(
                bytes: packets.interleaved.readableBytes - packets.count * RTPPackets.frameHeaderByteCount,
                packets: packets.count
            )
        case .report(let packet): ports.sendControl(packet)
        }
    }
}
