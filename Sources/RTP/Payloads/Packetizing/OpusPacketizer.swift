public import Media
import NIOCore

/// Puts packets of Opus into packets of RTP, RFC 7587 §4.2: each into one, however long it is.
public struct OpusPacketizer: Sendable {
    /// Numbers, timestamps and counts of the packets so far.
    public private(set) var writer: RTPPacketWriter
    /// Packets that were no Opus, or longer than any.
    public private(set) var refused: UInt64 = 0

    private var timestamps: AudioTimestamps

    public init(stream: RTPOutgoingStream) {
        writer = RTPPacketWriter(stream, maximumPayload: RTPPacketWriter.payloadLimits.upperBound)
        timestamps = AudioTimestamps(rate: stream.clockRate)
    }

    /// The packet of a sample; nil for one that cannot be carried.
    public mutating func packetize(_ sample: MediaSample) -> RTPPackets? {
        let sampleCount = sample.payload.withUnsafeReadableBytes { OpusPacket.sampleCount(of: $0) }
        guard let sampleCount, sample.payload.readableBytes <= writer.maximumPayload else {
            refused &+= 1
            return nil
        }
        let ticks = timestamps.next(at: sample.presentationTime, duration: Int64(sampleCount))
        var packets = writer.makePackets(for: sample.payload.readableBytes)
        writer.append(to: &packets, timestamp: writer.timestamp(ofTicks: ticks)) { payload in
            payload.writeImmutableBuffer(sample.payload)
        }
        return packets
    }
}
