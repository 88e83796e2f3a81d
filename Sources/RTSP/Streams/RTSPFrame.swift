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

    /// The number and timestamp of the first packet.
    var position: RTPPosition? {
        guard case .packets(let packets) = content, let packet = packets.first(where: { _ in true }),
            let sequenceNumber = packet.getInteger(at: packet.readerIndex + 2, as: UInt16.self),
            let timestamp = packet.getInteger(at: packet.readerIndex + 4, as: UInt32.self)
        else { return nil }
        return RTPPosition(sequenceNumber: sequenceNumber, timestamp: timestamp)
    }
}
