public import Media
public import NIOCore

/// Puts frames of AAC into packets, RFC 3640 §3.3.6, mode `AAC-hbr`: one a packet, so that none waits for others, or one in
/// several when it is too long.
public struct AACPacketizer: Sendable {
    /// The size in a frame's header has 13 bits.
    public static let maximumFrameBytes = 0x1FFF
    /// The length of the headers, and one of 16 bits.
    private static let headerByteCount = 4

    /// Numbers, timestamps and counts of the packets so far.
    public private(set) var writer: RTPPacketWriter
    /// Frames that were empty or too long.
    public private(set) var refused: UInt64 = 0

    private var clock: AudioFrameClock
    private var timestamps: AudioTimestamps

    /// - Throws: what is wrong with the configuration, an `AudioSpecificConfig`.
    public init(
        configuration: ByteBuffer,
        stream: RTPOutgoingStream,
        maximumPayload: Int = RTPPacketWriter.defaultMaximumPayload
    ) throws(CodecConfigurationError) {
        clock = AudioFrameClock(try AudioSpecificConfig(reading: configuration), clockRate: stream.clockRate)
        writer = RTPPacketWriter(stream, maximumPayload: maximumPayload)
        timestamps = AudioTimestamps(rate: stream.clockRate)
    }

    /// The packets of a frame; nil for one that cannot be carried.
    public mutating func packetize(_ sample: MediaSample) -> RTPPackets? {
        let byteCount = sample.payload.readableBytes
        guard (1...Self.maximumFrameBytes).contains(byteCount) else {
            refused &+= 1
            return nil
        }
        let ticks = timestamps.next(at: sample.presentationTime, duration: Int64(clock.offset(ofFrame: 1)))
        let timestamp = writer.timestamp(ofTicks: ticks)
        var packets = writer.makePackets(for: byteCount)
        var rest = sample.payload
        while let part = rest.readSlice(length: min(rest.readableBytes, writer.maximumPayload - Self.headerByteCount)),
            part.readableBytes > 0
        {
            writer.append(to: &packets, timestamp: timestamp) { payload in
                payload.writeMultipleIntegers(UInt16(16), UInt16(truncatingIfNeeded: byteCount) << 3)
                payload.writeImmutableBuffer(part)
            }
        }
        packets.markLast()
        return packets
    }
}
