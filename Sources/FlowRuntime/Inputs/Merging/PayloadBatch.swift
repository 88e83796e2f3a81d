import Media

/// Gathers borrowed payloads and passes them on as one batch. Fixed memory, taken with the first payload.
struct PayloadBatch: ~Copyable, @unchecked Sendable {
    // The pointers are set and read within one call of the owner, which holds its lock; none outlives the call.
    static let capacity = 64

    private var payloads: UnsafeMutablePointer<UnsafeRawBufferPointer>?
    private var count = 0

    deinit {
        payloads?.deallocate()
    }

    /// Adds a payload that stays valid until the next `flush`.
    mutating func append(_ payload: UnsafeRawBufferPointer, to sink: any InputSink, at now: MonotonicTime) {
        let storage = payloads ?? .allocate(capacity: Self.capacity)
        payloads = storage
        (storage + count).initialize(to: payload)
        count += 1
        if count == Self.capacity { flush(to: sink, at: now) }
    }

    /// Adds a payload, and passes on at once what is valid only now: what lies in no memory that stays until `flush`.
    mutating func append(
        _ payload: UnsafeRawBufferPointer,
        of lasting: UnsafeRawBufferPointer?,
        to sink: any InputSink,
        at now: MonotonicTime
    ) {
        append(payload, to: sink, at: now)
        if !(lasting?.holds(payload) ?? false) { flush(to: sink, at: now) }
    }

    mutating func flush(to sink: any InputSink, at now: MonotonicTime) {
        guard count > 0 else { return }
        sink.consume(PacketBatch(payloads: UnsafeBufferPointer(start: payloads, count: count), arrival: now))
        count = 0
    }
}

extension UnsafeRawBufferPointer {
    /// Whether a part is one of this memory.
    fileprivate func holds(_ part: UnsafeRawBufferPointer) -> Bool {
        guard let start = baseAddress, let inner = part.baseAddress else { return false }
        return inner >= start && inner < start + count
    }
}
