import FlowHub
import Media
import Synchronization

/// The way of an SRT leg to the flow: by itself, and put together with the other leg while the flow merges them.
final class MergeableLeg: PacketSink, PeerSink {
    private let id: LegID
    private let hubLeg: HubLeg
    private let group: MergeGroup
    private let remote = Mutex("")

    init(_ id: LegID, hubLeg: HubLeg, group: MergeGroup) {
        self.id = id
        self.hubLeg = hubLeg
        self.group = group
    }

    /// Whether the peer is connected and has brought nothing for so long that it counts as gone.
    var isSilent: Bool { hubLeg.isSilent }

    func consume(_ batch: PacketBatch) {
        group.hold(for: id) { merge in
            hubLeg.consume(batch)
            guard merge?.isMerging ?? false else { return }
            merge?.receive(batch, from: remote.withLock { $0 })
            merge?.deliver(at: batch.arrival)
        }
    }

    func peerConnected(_ remote: String) {
        self.remote.withLock { $0 = remote }
        hubLeg.peerConnected(remote)
    }

    func peerDisconnected(_ reason: String) {
        hubLeg.peerDisconnected(reason)
        group.peerDisconnected(reason, of: id, at: .now())
    }

    func mediaHeld(at now: MonotonicTime) {
        hubLeg.mediaHeld(at: now)
    }
}
