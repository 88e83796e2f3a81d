import Delivery
import NIOCore
import RTP

/// What a fan-out sends at once: the packets of a sample, or a report of RTCP.
struct RTSPFrame: DeliveryFrame {
    enum Content: Sendable {
        case packets(RTPPackets)
        case report(ByteBuffer)
    }

    let sequence: UInt64
    /// Of the description that the track is in.
    let generation: UInt64
    /// The index of its media section.
    let track: Int
    let content: Content
    /// A decoder can start here.
    let isStart: Bool
}
