import Delivery
import FlowHub
import FlowModel
import Media
import Synchronization

/// Measures what the players of an output are sent, from one look at its status to the next.
final class PeerMeters: Sendable {
    private let meters = Mutex<[ObjectIdentifier: RateMeter]>([:])

    /// The status of an output that players fetch.
    func status(
        _ spec: OutputSpec,
        address: String,
        peers: [PeerConnection],
        at now: MonotonicTime
    ) -> OutputStatus {
        let peers = meters.withLock { meters in
            meters = meters.filter { known in peers.contains { ObjectIdentifier($0) == known.key } }
            return peers.map { peer in
                meters[ObjectIdentifier(peer), default: RateMeter()].sample(bytes: peer.counters.bytes, at: now)
                return PeerStatus(peer, bitrate: meters[ObjectIdentifier(peer)]?.bitsPerSecond ?? 0, at: now)
            }
        }
        var status = OutputStatus(
            spec,
            address: address,
            state: peers.isEmpty ? .waiting : .connected,
            bitrate: peers.reduce(0) { $0 &+ $1.bitrate },
            peers: peers
        )
        for peer in peers {
            status.counters.bytes &+= peer.counters.bytes
            status.counters.packets &+= peer.counters.packets
            status.counters.packetsDropped &+= peer.counters.packetsDropped
        }
        return status
    }
}
