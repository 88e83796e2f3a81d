public import Media
import NIOCore

/// Puts G.711 into packets of RTP, RFC 3551 §4.5.14. What is too long for one is cut between samples.
public struct G711Packetizer: Sendable {
    /// Of a track.
    public static let maximumChannels = 8

    /// Numbers, timestamps and counts of the packets so far.
    public private(set) var writer: RTPPacketWriter

    private let channelCount: Int
    private var timestamps: AudioTimestamps
    /// When the sound so far ends, to mark what comes after silence.
    private var end: Int64?

    /// - Parameter channelCount: of the track; from 1 to `maximumChannels`.
    public init(
        stream: RTPOutgoingStream,
        channelCount: Int = 1,
        maximumPayload: Int = RTPPacketWriter.defaultMaximumPayload
    ) {
        writer = RTPPacketWriter(stream, maximumPayload: maximumPayload)
        self.channelCount = min(max(channelCount, 1), Self.maximumChannels)
        timestamps = AudioTimestamps(rate: stream.clockRate)
    }

    /// The packets of a sample; nil for one without payload.
    public mutating func packetize(_ sample: MediaSample) -> RTPPackets? {
        let byteCount = sample.payload.readableBytes
        guard byteCount > 0 else { return nil }
        var ticks = timestamps.next(at: sample.presentationTime, duration: Int64(byteCount / channelCount))
        var packets = writer.makePackets(for: byteCount)
        // RFC 3551 §4.1.
        var marker = ticks != end
        var rest = sample.payload
        let room = writer.maximumPayload / channelCount * channelCount
        while let part = rest.readSlice(length: min(rest.readableBytes, room)), part.readableBytes > 0 {
            writer.append(to: &packets, timestamp: writer.timestamp(ofTicks: ticks), marker: marker) { payload in
                payload.writeImmutableBuffer(part)
            }
            ticks &+= Int64(part.readableBytes / channelCount)
            marker = false
        }
        end = ticks
        return packets
    }
}
