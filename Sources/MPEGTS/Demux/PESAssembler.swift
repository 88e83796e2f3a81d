/// Collects the PES packets of one PID, ISO/IEC 13818-1 §2.4.3.6, in one buffer that is used again for each.
///
/// A packet whose length is given is complete with its last byte. One without a length, as video has them, ends where
/// the next starts, or where the multiplexer filled up a transport packet, once that was seen to mean the end.
struct PESAssembler: Sendable {
    /// So many PES packets without a length must have ended with a filled up transport packet, and none may have had
    /// one inside, before such a packet is taken for the end.
    static let endsBeforeTrust = 25

    enum Progress: Equatable {
        case incomplete
        case complete
        case oversized
    }

    /// The packet, header included; valid until the next one starts.
    private(set) var bytes: [UInt8] = []
    /// Whether a packet has started and not ended.
    private(set) var isOpen = false
    /// With its header, from the packet; nil for a packet without a length.
    private(set) var announcedByteCount: Int?
    private let maximumByteCount: Int

    private var lastWasFilledUp = false
    private var endsWithFill = 0
    private var hasFillInside = false
    /// The last packet was taken for complete because of its filled up transport packet.
    private var endedEarly = false

    init(maximumByteCount: Int) {
        self.maximumByteCount = maximumByteCount
    }

    /// Whether the open packet ends where the next starts.
    var isUnbounded: Bool { isOpen && bytes.count >= PESPacket.fixedByteCount && announcedByteCount == nil }

    /// Forgets the open packet.
    mutating func drop() {
        isOpen = false
        endedEarly = false
        bytes.removeAll(keepingCapacity: true)
    }

    /// The next packet starts: what is in `bytes` ends, and the caller has taken it.
    mutating func start() {
        if isUnbounded || endedEarly, lastWasFilledUp { endsWithFill = min(endsWithFill + 1, Self.endsBeforeTrust) }
        bytes.removeAll(keepingCapacity: true)
        isOpen = true
        endedEarly = false
        lastWasFilledUp = false
        announcedByteCount = nil
    }

    /// Takes the payload of the next transport packet.
    ///
    /// - Parameter isFilledUp: the transport packet has stuffing before its payload.
    mutating func append(_ payload: UnsafeRawBufferPointer, isFilledUp: Bool) -> Progress {
        guard isOpen else {
            if endedEarly { hasFillInside = true }
            return .incomplete
        }
        if lastWasFilledUp { hasFillInside = true }
        lastWasFilledUp = isFilledUp
        guard bytes.count + payload.count <= maximumByteCount else {
            drop()
            return .oversized
        }
        bytes.append(contentsOf: payload)
        if announcedByteCount == nil, bytes.count >= PESPacket.fixedByteCount {
            let length = Int(bytes[4]) << 8 | Int(bytes[5])
            if length > 0 { announcedByteCount = length + PESPacket.fixedByteCount }
        }
        if let announcedByteCount {
            guard bytes.count >= announcedByteCount else { return .incomplete }
            bytes.removeLast(bytes.count - announcedByteCount)
            isOpen = false
            return .complete
        }
        if isFilledUp, !hasFillInside, endsWithFill >= Self.endsBeforeTrust, bytes.count > PESPacket.fixedByteCount {
            isOpen = false
            endedEarly = true
            return .complete
        }
        return .incomplete
    }
}

extension TSPacket {
    /// Whether the adaptation field has stuffing, so that the packet has less payload than it could.
    var isFilledUp: Bool {
        guard hasAdaptationField, byte(4) > 0 else { return false }
        let end = 5 + Int(byte(4))
        guard end < Self.byteCount else { return false }
        let flags = byte(5)
        var used = 6
        if flags & 0x10 != 0 { used += 6 }
        if flags & 0x08 != 0 { used += 6 }
        if flags & 0x04 != 0 { used += 1 }
        if flags & 0x02 != 0, used < end { used += 1 + Int(byte(used)) }
        if flags & 0x01 != 0, used < end { used += 1 + Int(byte(used)) }
        return used < end
    }
}
