public import Media
import NIOCore

/// Puts a transport stream into packets that readers of an RTSP server share, RFC 2250 §2. The bytes are not looked at:
/// a payload that came in one packet goes out in one, if it has up to seven TS packets.
public struct TransportStreamPacketizer: Sendable {
    /// Numbers, timestamps and counts of the packets so far.
    public private(set) var writer: RTPPacketWriter

    /// - Parameter stream: with the clock of 90 kHz.
    public init(stream: RTPOutgoingStream) {
        writer = RTPPacketWriter(stream, maximumPayload: RTPPacketizer.maximumPayload)
    }

    /// The packets of a payload; nil for one without bytes.
    public mutating func packetize(_ payload: UnsafeRawBufferPointer, at arrival: MonotonicTime) -> RTPPackets? {
        let count = RTPPacketizer.chunkCount(of: payload)
        guard count > 0 else { return nil }
        let timestamp = timestamp(at: arrival)
        var packets = writer.makePackets(for: payload.count)
        for index in 0..<count {
            writer.append(to: &packets, timestamp: timestamp) {
                $0.writeBytes(RTPPacketizer.chunk(index, of: payload))
            }
        }
        return packets
    }

    /// What a sender report says.
    ///
    /// - Parameters:
    ///   - time: the wall clock's.
    ///   - now: the same moment on the clock of arrivals.
    public func senderInfo(time: NTPTime, at now: MonotonicTime) -> RTCPSenderInfo {
        RTCPSenderInfo(
            time: time,
            timestamp: timestamp(at: now),
            packetCount: writer.packetCount,
            byteCount: writer.byteCount
        )
    }

    /// The timestamp of what arrives at a moment.
    public func timestamp(at moment: MonotonicTime) -> UInt32 {
        RTPPacketizer.timestamp(at: moment) &+ writer.stream.timestampOffset
    }
}
