public import Media

/// Makes one stream of the same RTP stream that came on two paths: seamless protection switching, SMPTE ST 2022-7.
///
/// Each sequence number is passed on once, in order, as long as one of the legs brings it within the skew window. While
/// nothing is missing no delay is added: the packet of the leg that is ahead is passed on straight from the caller's
/// buffer. A missing one is waited for until the first packet behind it has waited for the skew window. When a leg that
/// was down comes back ahead of the other, its packets wait until the other one has caught up, and then come at once.
///
/// ST 2022-7 has the same header, SSRC included, on both legs. Another SSRC on the second one is taken all the same when
/// its numbers agree with the first one's.
///
/// A leg whose own numbers go on is never taken for a restart, however far it is behind. When a leg that carried the stream
/// shows another SSRC, or numbers far off, twice in a row (RFC 3550 A.1), the encoder restarted: the stream goes on with
/// it, and what the other leg still brings of the old one is dropped.
///
/// `deliver` gets payloads; they are valid during the call.
public struct RTPMerger: Sendable {
    /// The SSRC of the leg that the stream started on, nil before the first packet.
    public private(set) var ssrc: UInt32?

    private let skewWindowNanoseconds: Int64
    private var sequencer: RTPSequencer
    private var ledger: LegLedger
    private var skewMeter = SkewMeter()
    private var first = LegState()
    private var second = LegState()
    private var restarts: UInt64 = 0
    private var ssrcChanges: UInt64 = 0
    /// When a packet of the stream came last.
    private var lastAccepted = MonotonicTime.zero

    public init(configuration: MergeConfiguration = MergeConfiguration()) {
        skewWindowNanoseconds = configuration.windowNanoseconds
        sequencer = RTPSequencer(
            windowPackets: Self.maximumHeldPackets,
            windowTime: configuration.skewWindow,
            slotByteCount: Self.maximumHeldPayload
        )
        ledger = LegLedger(horizonNanoseconds: skewWindowNanoseconds)
    }

    public var counters: RTPMergerCounters {
        var counters = RTPMergerCounters()
        counters.delivered = sequencer.delivered
        counters.lost = sequencer.lost
        counters.reordered = sequencer.reordered
        counters.restarts = restarts
        counters.ssrcChanges = ssrcChanges
        return counters
    }

    public func counters(of leg: MergeLeg) -> MergeLegCounters {
        var counters = leg == .first ? first.counters : second.counters
        counters.missing = leg == .first ? ledger.missing.first : ledger.missing.second
        return counters
    }

    /// How far apart the legs are, nil when no number came on both lately.
    public func skew(at now: MonotonicTime) -> MergeSkew? { skewMeter.reading(at: now) }

    /// How many packets wait.
    public var heldPackets: Int { sequencer.heldCount }
    /// Bytes of memory that waiting payloads take.
    public var reservedBytes: Int { sequencer.reservedByteCount }

    /// When `tick` has something to do: a packet will have waited long enough. Nil while nothing waits.
    public var deadline: MonotonicTime? { sequencer.deadline }

    /// Takes a datagram of a leg and passes on the payloads that are now in order: none, one, or several.
    public mutating func receive(
        _ datagram: UnsafeRawBufferPointer,
        on leg: MergeLeg,
        at arrival: MonotonicTime,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        guard let header = RTPHeader(decoding: datagram) else {
            self[leg].counters.malformed &+= 1
            return
        }
        self[leg].counters.received &+= 1
        let packet = Packet(header: header, datagram: datagram, leg: leg, arrival: arrival)
        if self[leg].continues(header) {
            if self[leg].isOnStream, !isTooFarAhead(header.sequenceNumber) {
                accept(packet, deliver)
            } else {
                receiveAside(packet, deliver)
            }
        } else {
            receiveUnexpected(packet, deliver)
        }
        if sequencer.holdsPackets { sequencer.tick(at: arrival, deliver: deliver) }
    }

    /// Gives up gaps that have waited long enough. To be called at `deadline`.
    public mutating func tick(at now: MonotonicTime, deliver: (UnsafeRawBufferPointer) -> Void) {
        sequencer.tick(at: now, deliver: deliver)
        ledger.retire(before: sequencer.expected, at: now)
    }

    /// Passes on everything that waits, as when both legs fell silent.
    public mutating func flush(deliver: (UnsafeRawBufferPointer) -> Void) { sequencer.flush(deliver: deliver) }

    /// Forgets a leg's sender, as when another takes its place. Counters stay.
    public mutating func reset(_ leg: MergeLeg) { self[leg].forget() }

    /// Forgets the stream, and what waits of it; the next packet starts a new one. Counters stay.
    public mutating func reset() {
        sequencer.removeAll()
        first.forget()
        second.forget()
        ssrc = nil
    }

    private subscript(leg: MergeLeg) -> LegState {
        get { leg == .first ? first : second }
        _modify {
            if leg == .first { yield &first } else { yield &second }
        }
    }

    /// A packet that goes on where its leg's last one was, on the stream.
    private mutating func accept(_ packet: Packet, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        let sequence = packet.header.sequenceNumber
        lastAccepted = packet.arrival
        switch ledger.note(sequence, of: packet.leg, expected: sequencer.expected, at: packet.arrival) {
        case .first:
            self[packet.leg].counters.used &+= 1
            _ = sequencer.accept(sequence, packet.payload, at: packet.arrival, deliver: deliver)
        case .second(let delay):
            self[packet.leg].counters.duplicates &+= 1
            skewMeter.measured(packet.leg == .second ? delay : -delay, at: packet.arrival)
        case .repeated:
            self[packet.leg].counters.repeated &+= 1
        case .late:
            self[packet.leg].counters.late &+= 1
        }
    }

    /// A packet of a leg that carries another stream than the one passed on, or the same far away.
    private mutating func receiveAside(_ packet: Packet, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        if packet.header.ssrc == ssrc, isInReach(packet.header.sequenceNumber) {
            self[packet.leg].isOnStream = true
            accept(packet, deliver)
            return
        }
        self[packet.leg].isOnStream = false
        if !isLive(at: packet.arrival) {
            restart(with: packet, deliver)
            accept(packet, deliver)
        } else if packet.header.ssrc == ssrc {
            self[packet.leg].counters.late &+= 1
        } else {
            self[packet.leg].counters.outOfRange &+= 1
        }
    }

    /// A packet that does not go on where its leg's last one was.
    private mutating func receiveUnexpected(_ packet: Packet, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        let header = packet.header
        guard let ssrc else {
            restart(with: packet, deliver)
            accept(packet, deliver)
            return
        }
        if header.ssrc == ssrc, isInReach(header.sequenceNumber) {
            self[packet.leg].begin(header, isOnStream: true)
            accept(packet, deliver)
            return
        }
        guard let held = self[packet.leg].confirm(header, packet.payload) else { return }
        let heldSequence = header.sequenceNumber &- 1
        let mayDiffer = header.ssrc == ssrc || !self[packet.leg].isOnStream || self[packet.leg].ssrc == header.ssrc
        if mayDiffer, isInReach(heldSequence) {
            self[packet.leg].begin(header, isOnStream: true)
        } else if self[packet.leg].isOnStream || !isLive(at: packet.arrival) {
            restart(with: packet, startingAt: heldSequence, deliver)
        } else {
            self[packet.leg].begin(header, isOnStream: false)
            self[packet.leg].counters.outOfRange &+= 2
            return
        }
        held.withUnsafeBytes { payload in
            var before = packet
            before.header.sequenceNumber = heldSequence
            before.payload = payload
            accept(before, deliver)
        }
        accept(packet, deliver)
    }

    private mutating func restart(
        with packet: Packet,
        startingAt sequence: UInt16? = nil,
        _ deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        flush(deliver: deliver)
        if let ssrc {
            if packet.header.ssrc == ssrc { restarts &+= 1 } else { ssrcChanges &+= 1 }
        }
        ssrc = packet.header.ssrc
        let start = sequence ?? packet.header.sequenceNumber
        sequencer.begin(at: start)
        ledger.begin(at: start)
        skewMeter = SkewMeter()
        first.isOnStream = false
        second.isOnStream = false
        self[packet.leg].begin(packet.header, isOnStream: true)
    }

    /// Whether a leg brought a packet of the stream within the skew window.
    private func isLive(at now: MonotonicTime) -> Bool {
        now.nanoseconds(since: lastAccepted) <= skewWindowNanoseconds
    }

    /// Whether a number is as near to those known as the other leg's may be at this rate of packets, or as RFC 3550 A.1
    /// takes for a gap.
    private func isInReach(_ sequence: UInt16) -> Bool {
        let behind = Int(sequencer.expected &- sequence)
        return !isTooFarAhead(sequence)
            && (behind > Int(UInt16.max) / 2
                || behind <= ledger.depth(behind: sequencer.expected) + Int(RTPReceiver.maximumMisorder))
    }

    /// Whether a number that is not behind is out of reach. A leg that is behind by more than half of all numbers seems to
    /// be ahead.
    private func isTooFarAhead(_ sequence: UInt16) -> Bool {
        let ahead = Int(sequence &- sequencer.expected)
        guard ahead >= Int(RTPReceiver.maximumDropout), ahead <= Int(UInt16.max) / 2 else { return false }
        let beyondKnown = ahead - (ledger.count - ledger.depth(behind: sequencer.expected))
        return beyondKnown >= max(Int(RTPReceiver.maximumDropout), min(ledger.count, Self.maximumHeldPackets))
    }
}

/// A decoded packet on its way through an `RTPMerger`.
private struct Packet {
    var header: RTPHeader
    var payload: UnsafeRawBufferPointer
    let leg: MergeLeg
    let arrival: MonotonicTime

    init(header: RTPHeader, datagram: UnsafeRawBufferPointer, leg: MergeLeg, arrival: MonotonicTime) {
        self.header = header
        payload = UnsafeRawBufferPointer(rebasing: datagram[header.payloadRange])
        self.leg = leg
        self.arrival = arrival
    }
}
