/// Tells the packets of one PID that follow each other from repeated ones and gaps, ISO/IEC 13818-1 §2.4.3.3.
struct ContinuityCheck: Sendable {
    enum Verdict: Equatable {
        case next
        case duplicate
        case gap
    }

    private var last: UInt8?
    private var lastEnd: (UInt64, UInt64) = (0, 0)
    private var wasRepeated = false

    init() {}

    /// The next packet with a payload came. A packet with the counter of the one before counts as its repetition only
    /// when it ends with the same bytes: else a multiple of 16 was lost.
    mutating func packetReceived(_ packet: TSPacket) -> Verdict {
        let counter = packet.continuityCounter
        let end = (
            packet.base.loadUnaligned(fromByteOffset: TSPacket.byteCount - 16, as: UInt64.self),
            packet.base.loadUnaligned(fromByteOffset: TSPacket.byteCount - 8, as: UInt64.self)
        )
        defer {
            last = counter
            lastEnd = end
        }
        guard let last else { return .next }
        if counter == last, !wasRepeated, end == lastEnd {
            wasRepeated = true
            return .duplicate
        }
        wasRepeated = false
        return counter == (last &+ 1) & 0xF || packet.isDiscontinuous ? .next : .gap
    }
}
