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
    private let group: MergeGroup
    private let idleTimeout: Duration
    private let onRefusal: @Sendable (Refusal, IPEndpoint, String) -> Void

    init(
        _ id: LegID,
        sink: any InputSink,
        group: MergeGroup,
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
        self.group = group
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
        bring(at: now) { state, merge in
            for datagram in datagrams
            where state.source == datagram.source || follow(datagram, at: now, in: &state, &merge) {
                take(datagram, at: now, in: &state, &merge)
            }
            state.batch.flush(to: sink, at: now)
            // What waits for a missing packet is no silence.
            if state.receiver.deadline != nil { sink.mediaHeld(at: now) }
        }
    }

    /// Takes what came to one of the ports for FEC.
    func receiveFEC(_ datagrams: UnsafeBufferPointer<Datagram>, at now: MonotonicTime) {
        _ = bring(at: now) { state, merge in
            // From the sender's host; the port may be another one.
            for datagram in datagrams where state.source?.address == datagram.source.address {
                guard var decoder = state.decoder.take() else { return }
                decoder.receiveFEC(datagram.bytes) { takeRecovered($0, at: now, in: &state, &merge) }
                state.decoder = decoder
            }
            state.batch.flush(to: sink, at: now)
        }
    }

    func tick(at now: MonotonicTime) -> MonotonicTime? {
        group.tick(at: now)
        return bring(at: now) { state, merge in
            state.receiver.tick(at: now) { state.batch.append($0, of: nil, to: sink, at: now) }
            if state.source != nil, now >= state.lastPacket.advanced(by: idleTimeout) {
                state.receiver.flush { state.batch.append($0, of: nil, to: sink, at: now) }
                disconnect("no packets for \(idleTimeout.components.seconds) s", at: now, in: &state, &merge)
            }
        }
    }

    /// Does something that may bring packets, and tells when `tick` is due.
    private func bring(
        at now: MonotonicTime,
        _ body: (inout State, inout LegMerge?) -> Void
    ) -> MonotonicTime? {
        state.withLock { state in
            group.hold(for: id) { merge in
                body(&state, &merge)
                merge?.deliver(at: now)
                return nextTick(state, merge?.deadline, at: now)
            }
        }
    }

    func refused(_ source: IPEndpoint, count: UInt64, at now: MonotonicTime) {
        onRefusal(.notInAllowlist, source, "\(count) packets of an address that `allow` does not list")
    }

    private func take(
        _ datagram: Datagram,
        at now: MonotonicTime,
        in state: inout State,
        _ merge: inout LegMerge?
    ) {
        switch state.detector.classify(datagram.bytes) {
        case .plain:
            state.lastPacket = now
            if merge?.isMerging ?? false { tellUnmergeable(datagram.source, at: now, in: &state) }
            state.batch.append(datagram.bytes, to: sink, at: now)
        case .rtp:
            state.lastPacket = now
            let bytes = datagram.bytes
            state.receiver.receive(bytes, at: now) { state.batch.append($0, of: bytes, to: sink, at: now) }
            merge?.receive(bytes, lasts: true, from: state.source, at: now)
            if var decoder = state.decoder.take() {
                decoder.receiveMedia(bytes) { takeRecovered($0, at: now, in: &state, &merge) }
                state.decoder = decoder
            }
        case .refused:
            tellMalformed(datagram.source, at: now, in: &state)
        }
    }

    /// A packet that FEC gave back is valid only now.
    private func takeRecovered(
        _ packet: UnsafeRawBufferPointer,
        at now: MonotonicTime,
        in state: inout State,
        _ merge: inout LegMerge?
    ) {
        state.receiver.receive(packet, at: now) { state.batch.append($0, of: nil, to: sink, at: now) }
        merge?.receive(packet, lasts: false, from: state.source, at: now)
    }

    /// Whether a newcomer becomes the sender that this leg listens to. Garbage never does.
    private func follow(
        _ datagram: Datagram,
        at now: MonotonicTime,
        in state: inout State,
        _ merge: inout LegMerge?
    ) -> Bool {
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
            disconnect("another sender took its place", at: now, in: &state, &merge)
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

    private func disconnect(
        _ reason: String,
        at now: MonotonicTime,
        in state: inout State,
        _ merge: inout LegMerge?
    ) {
        state.source = nil
        state.receiver.reset()
        state.detector.reset()
        state.decoder?.reset()
        sink.peerDisconnected(reason)
        merge?.peerDisconnected(reason, at: now)
    }

    private func isDue(_ last: MonotonicTime?, at now: MonotonicTime) -> Bool {
        last.map { now >= $0.advanced(by: Self.refusalEventInterval) } ?? true
    }

    private func nextTick(
        _ state: borrowing State,
        _ mergeDeadline: MonotonicTime?,
        at now: MonotonicTime
    ) -> MonotonicTime? {
        guard state.source != nil else { return nil }
        let silence = now.advanced(by: Self.silenceCheck)
        return min(silence, state.receiver.deadline ?? silence, mergeDeadline ?? silence)
    }
}
