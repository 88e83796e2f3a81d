public import Media

/// Puts the packets of one RTP stream in order and counts what is missing, RFC 3550 §5.1 and appendix A.1.
///
/// A packet in order is passed on straight from the caller's buffer. A packet that came early is copied and waits for
/// those before it, at most for a number of packets and a time; then the gap counts as lost. The memory for that is taken
/// at the first gap, and follows what is held. Packets of another source must not get here: allowlists are applied before.
///
/// `deliver` gets payloads, or whole packets when the configuration says so; they are valid during the call.
public struct RTPReceiver: Sendable {
    public struct Configuration: Hashable, Sendable {
        public static let defaultWindowPackets = 64
        public static let defaultWindowTime = Duration.milliseconds(50)
        /// Most packets that a window may have.
        public static let maximumWindowPackets = 1024

        /// How many packets wait for a missing one: rounded up to a power of two.
        public var windowPackets: Int
        /// How long they wait.
        public var windowTime: Duration
        /// Whether packets are passed on with their headers, for payloads that need timestamp and marker. What waits is
        /// then at most `maximumHeldPayload` with them.
        public var passesHeaders: Bool

        public init(
            windowPackets: Int = defaultWindowPackets,
            windowTime: Duration = defaultWindowTime,
            passesHeaders: Bool = false
        ) {
            self.windowPackets = windowPackets
            self.windowTime = windowTime
            self.passesHeaders = passesHeaders
        }
    }

    /// The longest payload that can wait, in bytes. A longer one is passed on at once, and the gap before it is lost.
    public static let maximumHeldPayload = 1500
    /// A packet this far ahead or farther may be a restart, RFC 3550 A.1 MAX_DROPOUT.
    public static let maximumDropout: UInt16 = 3000
    /// A packet farther behind than this may be a restart, RFC 3550 A.1 MAX_MISORDER; farther behind than the window when
    /// that is larger, so that a late packet is never taken for a restart.
    public static let maximumMisorder: UInt16 = 100
    /// How many packets in a row a new SSRC or a new sequence must show, RFC 3550 A.1 MIN_SEQUENTIAL.
    public static let probationPackets = 2

    /// The stream's source, nil before the first packet.
    public private(set) var ssrc: UInt32?

    private let passesHeaders: Bool
    /// How far behind a packet of the stream may be: `maximumMisorder`, or the window.
    private let misorder: UInt16
    private var sequencer: RTPSequencer
    /// What the sequencer does not count.
    private var otherCounters = RTPReceiverCounters()
    private var candidate: Candidate?

    /// What might become the stream: another SSRC, or the same with numbers far off. The packet is kept so that nothing is
    /// lost when it does.
    private struct Candidate: Sendable {
        var ssrc: UInt32
        var nextSequence: UInt16
        var payload: [UInt8]
    }

    public init(configuration: Configuration = Configuration()) {
        let packets = min(max(configuration.windowPackets, 1), Configuration.maximumWindowPackets)
        let windowPackets = 1 << (Int.bitWidth - (packets - 1).leadingZeroBitCount)
        passesHeaders = configuration.passesHeaders
        misorder = max(Self.maximumMisorder, UInt16(windowPackets))
        sequencer = RTPSequencer(
            windowPackets: windowPackets,
            windowTime: configuration.windowTime,
            slotByteCount: Self.maximumHeldPayload
        )
    }

    public var counters: RTPReceiverCounters {
        var counters = otherCounters
        counters.delivered = sequencer.delivered
        counters.lost = sequencer.lost
        counters.reordered = sequencer.reordered
        return counters
    }

    /// When `tick` has something to do: a packet will have waited long enough. Nil while nothing waits.
    public var deadline: MonotonicTime? { sequencer.deadline }

    /// Takes a datagram and passes on the payloads that are now in order: none, one, or several.
    public mutating func receive(
        _ datagram: UnsafeRawBufferPointer,
        at arrival: MonotonicTime,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        guard let header = RTPHeader(decoding: datagram) else {
            otherCounters.malformed &+= 1
            return
        }
        otherCounters.received &+= 1
        let payload = passesHeaders ? datagram : UnsafeRawBufferPointer(rebasing: datagram[header.payloadRange])
        guard let ssrc else {
            start(header.ssrc, at: header.sequenceNumber)
            _ = sequencer.accept(header.sequenceNumber, payload, at: arrival, deliver: deliver)
            return
        }
        let distance = header.sequenceNumber &- sequencer.expected
        if header.ssrc == ssrc, distance == 0 {
            dropCandidate()
            sequencer.acceptExpected(payload, deliver: deliver)
        } else if header.ssrc == ssrc, distance < Self.maximumDropout || 0 &- distance <= misorder {
            dropCandidate()
            switch sequencer.accept(header.sequenceNumber, payload, at: arrival, deliver: deliver) {
            case .passedOn, .early: break
            case .duplicate: otherCounters.duplicated &+= 1
            case .late: otherCounters.late &+= 1
            }
        } else {
            considerCandidate(header, payload, at: arrival, deliver)
        }
        if sequencer.holdsPackets { sequencer.tick(at: arrival, deliver: deliver) }
    }

    /// Gives up gaps that have waited long enough. To be called about every `windowTime` while `deadline` is not nil.
    public mutating func tick(at now: MonotonicTime, deliver: (UnsafeRawBufferPointer) -> Void) {
        sequencer.tick(at: now, deliver: deliver)
    }

    /// Passes on everything that waits, as when the input fell silent.
    public mutating func flush(deliver: (UnsafeRawBufferPointer) -> Void) {
        sequencer.flush(deliver: deliver)
    }

    /// Forgets the stream, and what waits of it; the next packet starts a new one. Counters stay.
    public mutating func reset() {
        sequencer.removeAll()
        dropCandidate()
        ssrc = nil
    }

    private mutating func start(_ ssrc: UInt32, at sequence: UInt16) {
        self.ssrc = ssrc
        sequencer.begin(at: sequence)
        candidate = nil
    }

    private mutating func dropCandidate() {
        guard candidate != nil else { return }
        candidate = nil
        otherCounters.outOfRange &+= 1
    }

    private mutating func considerCandidate(
        _ header: RTPHeader,
        _ payload: UnsafeRawBufferPointer,
        at arrival: MonotonicTime,
        _ deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        let sequence = header.sequenceNumber
        guard let held = candidate, held.ssrc == header.ssrc, held.nextSequence == sequence,
            payload.count <= Self.maximumHeldPayload
        else {
            dropCandidate()
            candidate = Candidate(
                ssrc: header.ssrc,
                nextSequence: sequence &+ 1,
                payload: Array(payload.prefix(Self.maximumHeldPayload))
            )
            return
        }
        flush(deliver: deliver)
        if header.ssrc == ssrc { otherCounters.restarts &+= 1 } else { otherCounters.ssrcChanges &+= 1 }
        start(header.ssrc, at: sequence &- 1)
        held.payload.withUnsafeBytes {
            _ = sequencer.accept(sequence &- 1, $0, at: arrival, deliver: deliver)
        }
        _ = sequencer.accept(sequence, payload, at: arrival, deliver: deliver)
    }
}
