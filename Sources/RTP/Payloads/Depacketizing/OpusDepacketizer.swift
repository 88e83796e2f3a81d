public import Media
import NIOCore

/// Reads Opus in RTP, RFC 7587: a packet is a packet. Mono or stereo.
public struct OpusDepacketizer: Sendable {
    /// What it counted so far.
    public private(set) var counters = RTPDepacketizerCounters()

    private let identification: OpusIdentification
    private var hasToldConfiguration = false

    /// - Parameter channelCount: 1 or 2; what decoders put out, whatever the packets have.
    public init(channelCount: UInt8 = 2) throws(CodecConfigurationError) {
        identification = try OpusIdentification(channelCount: channelCount)
    }

    /// Takes the next packet and tells what it brings. Packets without payload are of a sender that is silent.
    public mutating func consume(_ packet: RTPPacket, _ emit: (RTPDepacketizerEvent) -> Void) {
        guard !packet.payload.isEmpty else { return }
        guard OpusPacket.sampleCount(of: packet.payload) != nil else { return counters.malformed &+= 1 }
        if !hasToldConfiguration {
            hasToldConfiguration = true
            emit(.configuration(RTPTrackConfiguration(codec: .opus, record: identification.record)))
        }
        counters.frames &+= 1
        emit(.frame(RTPFrame(payload: ByteBuffer(bytes: packet.payload), timestamp: packet.header.timestamp)))
    }
}
