public import Media

/// Puts the packets of one RTP stream in order and counts what is missing, RFC 3550 §5.1 and appendix A.1.
///
/// A packet in order is passed on straight from the caller's buffer. A packet that came early is copied and waits for
/// those before it, at most for a number of packets and a time; then the gap counts as lost. The memory for that is taken
/// at the first gap. Packets of another source must not get here: allowlists are applied before.
///
/// `deliver` gets payloads; they are valid during the call.
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

        public init(windowPackets: Int = defaultWindowPackets, windowTime: Duration = defaultWindowTime) {
            self.windowPackets = windowPackets
            self.windowTime = windowTime
        }
    }

    /// The longest payload that can wait, in bytes. A longer one is passed on at once, and the gap before it is lost.
    public static let maximumHeldPayload = 1500
    /// A packet this far ahead or farther may be a restart, RFC 3550 A.1 MAX_DROPOUT.
    public static let maximumDropout: UInt16 = 3000
    /// A packet this far behind or farther may be a restart, RFC 3550 A.1 MAX_MISORDER.
    public static let maximumMisorder: UInt16 = 100
    /// How many packets in a row a new SSRC or a new sequence must show, RFC 3550 A.1 MIN_SEQUENTIAL.
    public static let probationPackets = 2

    public private(set) var counters = RTPReceiverCounters()
    /// The stream's source, nil before the first packet.
    public private(set) var ssrc: UInt32?

    private let windowTimeNanoseconds: Int64
    /// The sequence number that comes next.
    private var expected: UInt16 = 0
    private var window: ReorderWindow
    private var history = DeliveryHistory()
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
        // A power of two divides 65,536, so that numbers on both sides of the wrap have slots of their own.
        let slotCount = 1 << (Int.bitWidth - (packets - 1).leadingZeroBitCount)
        window = ReorderWindow(slotCount: slotCount, slotByteCount: Self.maximumHeldPayload)
        let (seconds, attoseconds) = configuration.windowTime.components
        windowTimeNanoseconds = min(max(seconds, 0), 3600) * 1_000_000_000 + max(attoseconds, 0) / 1_000_000_000
    }

    /// When `tick` has something to do: a gap will have waited long enough. Nil while nothing waits.
    public var deadline: MonotonicTime? {
        guard window.heldCount > 0, let held = window.earliest(from: expected) else { return nil }
        return MonotonicTime(nanoseconds: held.arrival.nanoseconds &+ windowTimeNanoseconds)
    }

    /// Takes a datagram and passes on the payloads that are now in order: none, one, or several.
    public mutating func receive(
        _ datagram: UnsafeRawBufferPointer,
        at arrival: MonotonicTime,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        guard let header = RTPHeader(decoding: datagram) else {
            counters.malformed &+= 1
            return
        }
        counters.received &+= 1
        let payload = UnsafeRawBufferPointer(rebasing: datagram[header.payloadRange])
        guard let ssrc else {
            start(header.ssrc, at: header.sequenceNumber)
            passOn(payload, deliver)
            return
        }
        guard header.ssrc == ssrc else {
            considerCandidate(header, payload, deliver)
            return
        }
        let distance = header.sequenceNumber &- expected
        if distance == 0 {
            dropCandidate()
            passOn(payload, deliver)
            if window.heldCount > 0 {
                counters.reordered &+= 1
                deliverContiguous(deliver)
            }
        } else if distance < Self.maximumDropout {
            dropCandidate()
            receiveEarly(header.sequenceNumber, payload, at: arrival, deliver)
        } else if expected &- header.sequenceNumber <= Self.maximumMisorder {
            dropCandidate()
            if history.wasDelivered(distanceBack: Int(expected &- header.sequenceNumber)) {
                counters.duplicated &+= 1
            } else {
                counters.late &+= 1
            }
        } else {
            considerCandidate(header, payload, deliver)
        }
        if window.heldCount > 0 { tick(at: arrival, deliver: deliver) }
    }

    /// Gives up gaps that have waited long enough. To be called about every `windowTime` while `deadline` is not nil.
    public mutating func tick(at now: MonotonicTime, deliver: (UnsafeRawBufferPointer) -> Void) {
        while window.heldCount > 0, let held = window.earliest(from: expected),
            now.nanoseconds(since: held.arrival) >= windowTimeNanoseconds
        {
            skip(to: held.sequence)
            deliverContiguous(deliver)
        }
    }

    /// Passes on everything that waits, as when the input fell silent.
    public mutating func flush(deliver: (UnsafeRawBufferPointer) -> Void) {
        while window.heldCount > 0, let held = window.earliest(from: expected) {
            skip(to: held.sequence)
            deliverContiguous(deliver)
        }
    }

    /// Forgets the stream, and what waits of it; the next packet starts a new one. Counters stay.
    public mutating func reset() {
        window.removeAll()
        history = DeliveryHistory()
        dropCandidate()
        ssrc = nil
    }

    private mutating func start(_ ssrc: UInt32, at sequence: UInt16) {
        self.ssrc = ssrc
        expected = sequence
        history = DeliveryHistory()
        candidate = nil
    }

    private mutating func passOn(_ payload: UnsafeRawBufferPointer, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        expected &+= 1
        history.append(delivered: true)
        counters.delivered &+= 1
        deliver(payload)
    }

    private mutating func deliverContiguous(_ deliver: (UnsafeRawBufferPointer) -> Void) {
        while window.heldCount > 0, window.holds(expected) {
            window.take(expected, deliver)
            expected &+= 1
            history.append(delivered: true)
            counters.delivered &+= 1
        }
    }

    /// Counts everything before `sequence` that is still missing as lost. No held packet is before it.
    private mutating func skip(to sequence: UInt16) {
        let missing = sequence &- expected
        counters.lost &+= UInt64(missing)
        history.append(lost: Int(missing))
        expected = sequence
    }

    private mutating func receiveEarly(
        _ sequence: UInt16,
        _ payload: UnsafeRawBufferPointer,
        at arrival: MonotonicTime,
        _ deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        guard payload.count <= Self.maximumHeldPayload else {
            if window.holds(sequence) {
                counters.duplicated &+= 1
                return
            }
            makeRoom(before: sequence, deliver)
            skip(to: sequence)
            passOn(payload, deliver)
            deliverContiguous(deliver)
            return
        }
        if sequence &- expected >= UInt16(window.slotCount) {
            // The window moves forward so that this packet is its last.
            makeRoom(before: sequence &- UInt16(window.slotCount) &+ 1, deliver)
        }
        if sequence == expected {
            passOn(payload, deliver)
            deliverContiguous(deliver)
        } else if window.holds(sequence) {
            counters.duplicated &+= 1
        } else {
            if window.isBehindHeld(sequence) { counters.reordered &+= 1 }
            window.hold(payload, sequence: sequence, arrival: arrival)
        }
    }

    /// Moves on until `sequence` is expected or passed: what waits before it is passed on, what is missing is lost.
    private mutating func makeRoom(before sequence: UInt16, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        while window.heldCount > 0, let held = window.earliest(from: expected),
            held.sequence &- expected < sequence &- expected
        {
            skip(to: held.sequence)
            deliverContiguous(deliver)
            if expected &- sequence < UInt16.max / 2 { return }
        }
        skip(to: sequence)
        deliverContiguous(deliver)
    }

    private mutating func dropCandidate() {
        guard candidate != nil else { return }
        candidate = nil
        counters.outOfRange &+= 1
    }

    private mutating func considerCandidate(
        _ header: RTPHeader,
        _ payload: UnsafeRawBufferPointer,
        _ deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        guard let held = candidate, held.ssrc == header.ssrc, held.nextSequence == header.sequenceNumber,
            payload.count <= Self.maximumHeldPayload
        else {
            dropCandidate()
            candidate = Candidate(
                ssrc: header.ssrc,
                nextSequence: header.sequenceNumber &+ 1,
                payload: Array(payload.prefix(Self.maximumHeldPayload))
            )
            return
        }
        flush(deliver: deliver)
        if header.ssrc == ssrc { counters.restarts &+= 1 } else { counters.ssrcChanges &+= 1 }
        start(header.ssrc, at: header.sequenceNumber &- 1)
        held.payload.withUnsafeBytes { passOn($0, deliver) }
        passOn(payload, deliver)
    }
}
