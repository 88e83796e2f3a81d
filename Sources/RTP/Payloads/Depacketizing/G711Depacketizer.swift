public import Media
import NIOCore

/// Reads G.711 in RTP, RFC 3551 §4.5.14: a byte for each sample of each channel, as many as the sender likes.
public struct G711Depacketizer: Sendable {
    /// What it counted so far.
    public private(set) var counters = RTPDepacketizerCounters()

    private let configuration: RTPTrackConfiguration
    private var hasToldConfiguration = false

    /// - Parameters:
    ///   - codec: one of the two laws.
    ///   - channelCount: at least 1.
    public init(codec: Codec, channelCount: UInt8 = 1) {
        configuration = RTPTrackConfiguration(codec: codec, record: ByteBuffer(bytes: [max(channelCount, 1)]))
    }

    /// Takes the next packet and tells what it brings.
    public mutating func consume(_ packet: RTPPacket, _ emit: (RTPDepacketizerEvent) -> Void) {
        guard !packet.payload.isEmpty else { return }
        if !hasToldConfiguration {
            hasToldConfiguration = true
            emit(.configuration(configuration))
        }
        counters.frames &+= 1
        emit(.frame(RTPFrame(payload: ByteBuffer(bytes: packet.payload), timestamp: packet.header.timestamp)))
    }
}
