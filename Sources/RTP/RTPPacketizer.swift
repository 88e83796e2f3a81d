public import Media

/// Numbers and stamps the packets of an outgoing RTP stream that carries a transport stream, RFC 2250 §2.
///
/// The payload is not copied: the header goes into the caller's buffer, the chunk is sent from where it lies.
public struct RTPPacketizer: Sendable {
    public static let headerByteCount = RTPHeader.fixedByteCount
    /// Seven TS packets: with headers it fits an Ethernet frame.
    public static let maximumPayload = 7 * 188

    public let ssrc: UInt32
    /// The number of the next packet.
    public private(set) var sequenceNumber: UInt16
    private let timestampOffset: UInt32

    /// - Parameters:
    ///   - ssrc: chosen at random by the caller, as are
    ///   - sequenceNumber: the number of the first packet, and
    ///   - timestampOffset: what is added to each timestamp (RFC 3550 §5.1).
    public init(ssrc: UInt32, sequenceNumber: UInt16, timestampOffset: UInt32) {
        self.ssrc = ssrc
        self.sequenceNumber = sequenceNumber
        self.timestampOffset = timestampOffset
    }

    public static func random() -> RTPPacketizer {
        RTPPacketizer(
            ssrc: .random(in: .min ... .max),
            sequenceNumber: .random(in: .min ... .max),
            timestampOffset: .random(in: .min ... .max)
        )
    }

    /// How many packets a payload becomes.
    @inlinable
    public static func chunkCount(of payload: UnsafeRawBufferPointer) -> Int {
        (payload.count + maximumPayload - 1) / maximumPayload
    }

    /// The part of a payload that goes into packet `index`, below `chunkCount(of:)`: up to seven TS packets.
    @inlinable
    public static func chunk(_ index: Int, of payload: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let start = min(max(index, 0) * maximumPayload, payload.count)
        return UnsafeRawBufferPointer(rebasing: payload[start..<min(start + maximumPayload, payload.count)])
    }

    /// Writes the next packet's header into at least 12 bytes, and moves on to the next number.
    ///
    /// - Parameter arrival: when the payload arrived; becomes the timestamp.
    public mutating func writeHeader(into buffer: UnsafeMutableRawBufferPointer, at arrival: MonotonicTime) {
        RTPHeader(
            sequenceNumber: sequenceNumber,
            timestamp: Self.timestamp(at: arrival) &+ timestampOffset,
            ssrc: ssrc
        ).encode(into: buffer)
        sequenceNumber &+= 1
    }

    /// 90 kHz ticks of the monotonic clock, wrapped.
    static func timestamp(at arrival: MonotonicTime) -> UInt32 {
        let (seconds, nanoseconds) = arrival.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let clockRate = RTPHeader.transportStreamClockRate
        return UInt32(truncatingIfNeeded: seconds &* clockRate &+ nanoseconds * clockRate / 1_000_000_000)
    }
}
