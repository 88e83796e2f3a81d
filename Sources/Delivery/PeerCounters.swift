import Synchronization

/// What one connection was sent: written where it is sent, read by status.
package final class PeerCounters: Sendable {
    private let bytesSent = Atomic<UInt64>(0)
    private let packetsSent = Atomic<UInt64>(0)
    private let packetsLeftOut = Atomic<UInt64>(0)

    package init() {}

    package var bytes: UInt64 { bytesSent.load(ordering: .relaxed) }
    /// RTMP messages, or RTP packets.
    package var packets: UInt64 { packetsSent.load(ordering: .relaxed) }
    /// Those that the peer was too slow for.
    package var packetsDropped: UInt64 { packetsLeftOut.load(ordering: .relaxed) }

    package func sent(bytes byteCount: Int, packets: Int = 1) {
        bytesSent.wrappingAdd(UInt64(byteCount), ordering: .relaxed)
        packetsSent.wrappingAdd(UInt64(packets), ordering: .relaxed)
    }

    package func dropped(packets: Int = 1) {
        packetsLeftOut.wrappingAdd(UInt64(packets), ordering: .relaxed)
    }
}
