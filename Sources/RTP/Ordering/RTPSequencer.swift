import Media

/// Passes on numbered payloads in order: the part of receiving RTP that does not care where the packets come from.
///
/// A payload in order is passed on straight from the caller's buffer. One that came early is copied and waits for those
/// before it, at most for a number of packets and a time; then the gap counts as lost.
struct RTPSequencer: Sendable {
    enum Outcome: Equatable {
        /// In order: passed on, with what waited for it.
        case passedOn
        /// Early: it waits, or was passed on because it cannot.
        case early
        /// It came before.
        case duplicate
        /// Its number was passed, without it.
        case late
    }

    /// The sequence number that comes next.
    private(set) var expected: UInt16 = 0
    /// Payloads passed on.
    private(set) var delivered: UInt64 = 0
    /// Numbers that had not come when their time was up.
    private(set) var lost: UInt64 = 0
    /// Payloads that came behind a later one, in time to be put in order.
    private(set) var reordered: UInt64 = 0

    /// Numbers that were passed, with their payload or without it.
    private var passed: Int { Int(truncatingIfNeeded: delivered &+ lost) }
    private let windowTimeNanoseconds: Int64
    private var window: ReorderWindow
    private var history = DeliveryHistory(from: 0)

    /// - Parameters:
    ///   - windowPackets: how far ahead of the expected number a payload may wait; at most 32,768.
    ///   - slotByteCount: the longest payload that can wait. A longer one is passed on at once, without those before it.
    init(windowPackets: Int, windowTime: Duration, slotByteCount: Int) {
        window = ReorderWindow(capacity: windowPackets, slotByteCount: slotByteCount)
        let (seconds, attoseconds) = windowTime.components
        windowTimeNanoseconds = min(max(seconds, 0), 3600) * 1_000_000_000 + max(attoseconds, 0) / 1_000_000_000
    }

    var holdsPackets: Bool { window.heldCount > 0 }
    var heldCount: Int { window.heldCount }
    /// Bytes of memory that waiting payloads take.
    var reservedByteCount: Int { window.reservedByteCount }

    /// When `tick` has something to do: a payload will have waited long enough. Nil while nothing waits.
    var deadline: MonotonicTime? {
        window.oldestArrival.map { MonotonicTime(nanoseconds: $0.nanoseconds &+ windowTimeNanoseconds) }
    }

    /// Starts at a number. Nothing waits: the caller flushed or dropped it.
    mutating func begin(at sequence: UInt16) {
        expected = sequence
        history = DeliveryHistory(from: passed)
    }

    /// Takes the payload of the expected number.
    @inline(__always)
    mutating func acceptExpected(_ payload: UnsafeRawBufferPointer, deliver: (UnsafeRawBufferPointer) -> Void) {
        passOn(payload, deliver)
        if window.heldCount > 0 {
            reordered &+= 1
            deliverContiguous(deliver)
        }
    }

    /// Takes the payload of a number that is less than half of all numbers away from the expected one.
    mutating func accept(
        _ sequence: UInt16,
        _ payload: UnsafeRawBufferPointer,
        at arrival: MonotonicTime,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) -> Outcome {
        let distance = sequence &- expected
        if distance == 0 {
            acceptExpected(payload, deliver: deliver)
            return .passedOn
        }
        if distance <= UInt16.max / 2 { return acceptEarly(sequence, payload, at: arrival, deliver) }
        return history.wasDelivered(passed - Int(0 &- distance)) ? .duplicate : .late
    }

    /// Gives up the gaps before each payload that has waited long enough.
    mutating func tick(at now: MonotonicTime, deliver: (UnsafeRawBufferPointer) -> Void) {
        while let oldest = window.oldestArrival, now.nanoseconds(since: oldest) >= windowTimeNanoseconds {
            skipToEarliest(deliver)
        }
    }

    /// Passes on everything that waits.
    mutating func flush(deliver: (UnsafeRawBufferPointer) -> Void) {
        while window.heldCount > 0 { skipToEarliest(deliver) }
    }

    /// Forgets everything that waits.
    mutating func removeAll() {
        window.removeAll(from: expected)
    }

    private mutating func skipToEarliest(_ deliver: (UnsafeRawBufferPointer) -> Void) {
        guard let sequence = window.earliest(from: expected) else { return }
        skip(to: sequence)
        deliverContiguous(deliver)
    }

    private mutating func passOn(_ payload: UnsafeRawBufferPointer, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        expected &+= 1
        delivered &+= 1
        deliver(payload)
    }

    private mutating func deliverContiguous(_ deliver: (UnsafeRawBufferPointer) -> Void) {
        while window.holds(expected, expected: expected) {
            window.take(expected, deliver)
            expected &+= 1
            delivered &+= 1
        }
    }

    /// Counts everything before `sequence` that is still missing as lost. No held packet is before it.
    private mutating func skip(to sequence: UInt16) {
        let missing = sequence &- expected
        if missing > 0 { history.noteLost(Int(missing), from: passed) }
        lost &+= UInt64(missing)
        expected = sequence
    }

    private mutating func acceptEarly(
        _ sequence: UInt16,
        _ payload: UnsafeRawBufferPointer,
        at arrival: MonotonicTime,
        _ deliver: (UnsafeRawBufferPointer) -> Void
    ) -> Outcome {
        if window.holds(sequence, expected: expected) { return .duplicate }
        guard payload.count <= window.slotByteCount else {
            makeRoom(before: sequence, deliver)
            passOn(payload, deliver)
            deliverContiguous(deliver)
            return .early
        }
        if Int(sequence &- expected) >= window.capacity {
            // The window moves forward so that this packet is its last.
            makeRoom(before: sequence &- UInt16(window.capacity - 1), deliver)
        }
        if sequence == expected {
            passOn(payload, deliver)
            deliverContiguous(deliver)
            return .passedOn
        }
        if window.isBehindHeld(sequence) { reordered &+= 1 }
        window.hold(payload, sequence: sequence, expected: expected, arrival: arrival)
        return .early
    }

    /// Moves on until `sequence` is expected or passed: what waits before it is passed on, what is missing is lost.
    private mutating func makeRoom(before sequence: UInt16, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        while let held = window.earliest(from: expected), held &- expected < sequence &- expected {
            skip(to: held)
            deliverContiguous(deliver)
            if expected &- sequence < UInt16.max / 2 { return }
        }
        skip(to: sequence)
        deliverContiguous(deliver)
    }
}
