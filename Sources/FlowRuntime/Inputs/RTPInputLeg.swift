import FlowHub
import Media
import NetworkAddress
import PacketIO
import RTP
import Synchronization

/// One leg of an RTP input: recognises RTP or plain UDP, repairs losses with FEC, puts packets in order, follows the
/// sender. What it receives of RTP goes to the flow's merge as well.
///
/// One sender at a time: while its packets come, those of another address are refused; when it has been silent for
/// `sourceHold`, the next one may take its place at once.
final class RTPInputLeg: DatagramHandler {
    static let sourceHold = Duration.milliseconds(500)
    /// How often silence is looked for while a sender is known.
    static let silenceCheck = Duration.milliseconds(100)
    static let refusalEventInterval = Duration.seconds(1)

    struct Figures: Sendable {
        var rtp = RTPReceiverCounters()
        var fec: FECDecoderCounters?
        var transport: TransportDetector.Transport?
        /// Neither RTP with TS nor plain TS.
        var notTransportStream: UInt64 = 0
        /// From a second sender while the first one was live.
        var otherSender: UInt64 = 0
    }

    /// With FEC a missing packet is waited for until the FEC packets of its matrix came: as many packets as the largest
    /// matrix needs, or a second.
    private static let windowWithFEC = RTPReceiver.Configuration(
        windowPackets: FECDecoder.receiverWindowPackets(columns: 10, rows: 10, protection: .columnsAndRows),
        windowTime: .seconds(1)
    )

    private struct State: ~Copyable {
        var detector = TransportDetector()
        var receiver: RTPReceiver
        var decoder: FECDecoder?
        var source: IPEndpoint?
        var lastPacket = MonotonicTime.zero
        var lastRefusalEvent: MonotonicTime?
        var lastMalformedEvent: MonotonicTime?
        var otherSender: UInt64 = 0
        /// From addresses that never became the sender.
        var notTransportStream: UInt64 = 0
        var batch = PayloadBatch()
    }

    private let state: Mutex<State>
    private let id: LegID
    private let sink: any InputSink
    private let merge: RTPMergeGroup
    private let idleTimeout: Duration
    private let onRefusal: @Sendable (Refusal, IPEndpoint, String) -> Void

    init(
        _ id: LegID,
        sink: any InputSink,
        merge: RTPMergeGroup,
        repairsLosses: Bool = false,
        idleTimeout: Duration,
        onRefusal: @escaping @Sendable (Refusal, IPEndpoint, String) -> Void
    ) {
        self.state = Mutex(
            State(
                receiver: repairsLosses ? RTPReceiver(configuration: Self.windowWithFEC) : RTPReceiver(),
                decoder: repairsLosses ? FECDecoder() : nil
            )
        )
        self.id = id
        self.sink = sink
        self.merge = merge
        self.idleTimeout = idleTimeout
        self.onRefusal = onRefusal
    }

    var figures: Figures {
        state.withLock {
            Figures(
                rtp: $0.receiver.counters,
                fec: $0.decoder?.counters,
                transport: $0.detector.transport,
                notTransportStream: $0.notTransportStream &+ $0.detector.refused,
                otherSender: $0.otherSender
            )
        }
    }

    func receive(_ datagrams: UnsafeBufferPointer<Datagram>, at now: MonotonicTime) -> MonotonicTime? {
        state.withLock { state in
            for datagram in datagrams where state.source == datagram.source || follow(datagram, at: now, in: &state) {
                take(datagram, at: now, in: &state)
            }
            state.batch.flush(to: sink, at: now)
            // What waits for a missing packet is no silence.
            if state.receiver.deadline != nil { sink.mediaHeld(at: now) }
            return nextTick(state, at: now)
        }
    }

    /// Takes what came to one of the ports for FEC.
    func receiveFEC(_ datagrams: UnsafeBufferPointer<Datagram>, at now: MonotonicTime) {
        state.withLock { state in
            // From the sender's host; the port may be another one.
            for datagram in datagrams where state.source?.address == datagram.source.address {
                guard var decoder = state.decoder.take() else { return }
                decoder.receiveFEC(datagram.bytes) { takeRecovered($0, at: now, in: &state) }
                state.decoder = decoder
            }
            state.batch.flush(to: sink, at: now)
        }
    }

    func tick(at now: MonotonicTime) -> MonotonicTime? {
        merge.tick(at: now)
        return state.withLock { state in
            state.receiver.tick(at: now) { state.batch.appendHeld($0, to: sink, at: now) }
            if state.source != nil, now >= state.lastPacket.advanced(by: idleTimeout) {
                state.receiver.flush { state.batch.appendHeld($0, to: sink, at: now) }
                disconnect("no packets for \(idleTimeout.components.seconds) s", at: now, in: &state)
            }
            return nextTick(state, at: now)
        }
    }

    func refused(_ source: IPEndpoint, count: UInt64, at now: MonotonicTime) {
        onRefusal(.notInAllowlist, source, "\(count) packets of an address that `allow` does not list")
    }

    private func take(_ datagram: Datagram, at now: MonotonicTime, in state: inout State) {
        switch state.detector.classify(datagram.bytes) {
        case .plain:
            state.lastPacket = now
            if merge.merges(id) { tellUnmergeable(datagram.source, at: now, in: &state) }
            state.batch.append(datagram.bytes, to: sink, at: now)
        case .rtp:
            state.lastPacket = now
            let bytes = datagram.bytes
            state.receiver.receive(bytes, at: now) { payload in
                if Self.contains(bytes, payload) {
                    state.batch.append(payload, to: sink, at: now)
                } else {
                    state.batch.appendHeld(payload, to: sink, at: now)
                }
            }
            merge.receive(bytes, of: id, from: state.source, at: now)
            if var decoder = state.decoder.take() {
                decoder.receiveMedia(bytes) { takeRecovered($0, at: now, in: &state) }
                state.decoder = decoder
            }
        case .refused:
            tellMalformed(datagram.source, at: now, in: &state)
        }
    }

    /// A packet that FEC gave back is valid only now.
    private func takeRecovered(_ packet: UnsafeRawBufferPointer, at now: MonotonicTime, in state: inout State) {
        state.receiver.receive(packet, at: now) { state.batch.appendHeld($0, to: sink, at: now) }
        merge.receive(packet, of: id, from: state.source, at: now)
    }

    /// Whether a newcomer becomes the sender that this leg listens to. Garbage never does.
    private func follow(_ datagram: Datagram, at now: MonotonicTime, in state: inout State) -> Bool {
        let source = datagram.source
        if state.source != nil, now < state.lastPacket.advanced(by: Self.sourceHold) {
            state.otherSender &+= 1
            if isDue(state.lastRefusalEvent, at: now) {
                state.lastRefusalEvent = now
                onRefusal(.alreadyPublishing, source, "another sender is live on this port")
            }
            return false
        }
        var detector = TransportDetector()
        guard detector.classify(datagram.bytes) != .refused else {
            state.notTransportStream &+= 1
            tellMalformed(source, at: now, in: &state)
            return false
        }
        if state.source != nil {
            state.batch.flush(to: sink, at: now)
            disconnect("another sender took its place", at: now, in: &state)
        }
        state.source = source
        state.lastPacket = now
        sink.peerConnected(source.description)
        return true
    }

    private func tellUnmergeable(_ source: IPEndpoint, at now: MonotonicTime, in state: inout State) {
        guard isDue(state.lastMalformedEvent, at: now) else { return }
        state.lastMalformedEvent = now
        onRefusal(.malformedStream, source, "plain UDP has no sequence numbers: it cannot be merged")
    }

    private func tellMalformed(_ source: IPEndpoint, at now: MonotonicTime, in state: inout State) {
        guard isDue(state.lastMalformedEvent, at: now) else { return }
        state.lastMalformedEvent = now
        onRefusal(.malformedStream, source, "a packet that is neither MPEG-TS nor MPEG-TS in RTP")
    }

    private func disconnect(_ reason: String, at now: MonotonicTime, in state: inout State) {
        state.source = nil
        state.receiver.reset()
        state.detector.reset()
        state.decoder?.reset()
        sink.peerDisconnected(reason)
        merge.peerDisconnected(reason, of: id, at: now)
    }

    private func isDue(_ last: MonotonicTime?, at now: MonotonicTime) -> Bool {
        last.map { now >= $0.advanced(by: Self.refusalEventInterval) } ?? true
    }

    private func nextTick(_ state: borrowing State, at now: MonotonicTime) -> MonotonicTime? {
        guard state.source != nil else { return nil }
        let silence = now.advanced(by: Self.silenceCheck)
        return min(silence, state.receiver.deadline ?? silence, merge.deadline ?? silence)
    }

    private static func contains(_ outer: UnsafeRawBufferPointer, _ inner: UnsafeRawBufferPointer) -> Bool {
        guard let start = outer.baseAddress, let part = inner.baseAddress else { return false }
        return part >= start && part < start + outer.count
    }
}
