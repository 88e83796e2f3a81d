import FlowHub
import Media
import Synchronization

/// What a publisher's stream goes through to its leg: once another publisher has taken the place, nothing of the former
/// one reaches the leg, however late its connection ends.
final class PublisherSink: LegSink {
    private let leg: any LegSink
    private let isOpen = Mutex(true)

    init(_ leg: any LegSink) {
        self.leg = leg
    }

    /// Another publisher takes the place.
    func giveWay() {
        isOpen.withLock { isOpen in
            guard isOpen else { return }
            isOpen = false
            leg.peerDisconnected(Self.reason)
        }
    }

    static let reason =
        "it brought no media for \(FlowHub.silenceLimit.components.seconds) s or more, and another publisher came"

    func consume(_ track: MediaTrack) { whileOpen { $0.consume(track) } }
    func consume(_ sample: MediaSample) { whileOpen { $0.consume(sample) } }
    func consume(_ batch: PacketBatch) { whileOpen { $0.consume(batch) } }
    func mediaHeld(at now: MonotonicTime) { whileOpen { $0.mediaHeld(at: now) } }
    func peerConnected(_ remote: String) { whileOpen { $0.peerConnected(remote) } }
    func peerDisconnected(_ reason: String) { whileOpen { $0.peerDisconnected(reason) } }

    private func whileOpen(_ body: (any LegSink) -> Void) {
        isOpen.withLock { if $0 { body(leg) } }
    }
}
