import Media
import NIOCore

/// Sends on payloads that came in RTP as they are, under numbers of its own. A payload that is too long is cut between
/// samples: G.711 has a byte for each.
public struct PassthroughPacketizer: Sendable {
    /// Numbers, timestamps and counts of the packets so far.
    public private(set) var writer: RTPPacketWriter

    private let channelCount: Int
    private var timestamps: AudioTimestamps

    /// - Parameter channelCount: of the description; from 1 on.
    public init(
        stream: RTPOutgoingStream,
        channelCount: Int = 1,
        maximumPayload: Int = RTPPacketWriter.defaultMaximumPayload
    ) {
        writer = RTPPacketWriter(stream, maximumPayload: maximumPayload)
        self.channelCount = min(max(channelCount, 1), 8)
        timestamps = AudioTimestamps(rate: stream.clockRate)
    }

    /// The packets of a unit; nil for one without payload.
    public mutating func packetize(_ unit: RTPPassthroughUnit) -> RTPPackets? {
        let byteCount = unit.payload.readableBytes
        guard byteCount > 0 else { return nil }
        var ticks = timestamps.next(at: unit.time, duration: Int64(byteCount / channelCount))
        var packets = writer.makePackets(for: byteCount)
        var marker = unit.marker
        var rest = unit.payload
        let room = writer.maximumPayload / channelCount * channelCount
        while let part = rest.readSlice(length: min(rest.readableBytes, room)), part.readableBytes > 0 {
            writer.append(to: &packets, timestamp: writer.timestamp(ofTicks: ticks), marker: marker) { payload in
                payload.writeImmutableBuffer(part)
            }
            ticks &+= Int64(part.readableBytes / channelCount)
            marker = false
        }
        return packets
    }
}
