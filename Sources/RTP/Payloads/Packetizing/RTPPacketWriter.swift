public import Media
import NIOCore

/// Numbers, stamps and counts the packets of an outgoing track.
public struct RTPPacketWriter: Sendable {
    /// The payload of a packet when the caller does not say: with all headers it fits an Ethernet frame and most tunnels.
    public static let defaultMaximumPayload = 1400
    /// What that may be. With headers, a packet's length has 16 bits on an RTSP connection.
    static let payloadLimits = 64...65_000

    /// What all packets have in common.
    public let stream: RTPOutgoingStream
    /// Of the next packet.
    public private(set) var sequenceNumber: UInt16
    /// Packets written so far. Wraps.
    public private(set) var packetCount: UInt32 = 0
    /// Their payloads' bytes. Wraps.
    public private(set) var byteCount: UInt32 = 0

    let maximumPayload: Int

    init(_ stream: RTPOutgoingStream, maximumPayload: Int) {
        self.stream = stream
        self.maximumPayload = min(max(maximumPayload, Self.payloadLimits.lowerBound), Self.payloadLimits.upperBound)
        sequenceNumber = stream.firstSequenceNumber
    }

    /// The timestamp of a moment, rounded to the nearest tick.
    public func timestamp(of time: MediaTime) -> UInt32 {
        timestamp(ofTicks: stream.clockRate.ticks(time.ticks))
    }

    /// What a sender report says.
    ///
    /// - Parameters:
    ///   - time: what belongs to the place in the stream: see `RTPSenderClock`.
    ///   - mediaTime: that place.
    public func senderInfo(time: NTPTime, mediaTime: MediaTime) -> RTCPSenderInfo {
        RTCPSenderInfo(
            time: time,
            timestamp: timestamp(of: mediaTime),
            packetCount: packetCount,
            byteCount: byteCount
        )
    }

    /// Of ticks of the track's own clock.
    func timestamp(ofTicks ticks: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: ticks) &+ stream.timestampOffset
    }

    /// Room for a payload that is cut into packets with some bytes of headers in each.
    func makePackets(for payloadByteCount: Int) -> RTPPackets {
        let overhead = RTPPackets.frameHeaderByteCount + RTPHeader.fixedByteCount + 4
        // With some packets more than it fills: units do not end where packets do.
        let packets = payloadByteCount / maximumPayload + 4
        return RTPPackets(channel: stream.channel, reserving: payloadByteCount + packets * overhead)
    }

    mutating func append(
        to packets: inout RTPPackets,
        timestamp: UInt32,
        marker: Bool = false,
        payload: (inout ByteBuffer) -> Void
    ) {
        let header = RTPHeader(
            marker: marker,
            payloadType: stream.payloadType,
            sequenceNumber: sequenceNumber,
            timestamp: timestamp,
            ssrc: stream.ssrc
        )
        let before = packets.interleaved.writerIndex
        packets.append(header, payload: payload)
        let overhead = RTPPackets.frameHeaderByteCount + RTPHeader.fixedByteCount
        byteCount &+= UInt32(truncatingIfNeeded: packets.interleaved.writerIndex - before - overhead)
        packetCount &+= 1
        sequenceNumber &+= 1
    }
}
