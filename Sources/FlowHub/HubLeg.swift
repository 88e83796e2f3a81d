public import Media

/// The end of a leg that its input writes to.
public final class HubLeg: PacketSink, SampleSink, PeerSink {
    private let hub: FlowHub
    let token: Int

    init(hub: FlowHub, token: Int) {
        self.hub = hub
        self.token = token
    }

    public func consume(_ batch: PacketBatch) {
        hub.consume(batch, from: token)
    }

    public func consume(_ track: MediaTrack) {
        hub.consume(track, from: token)
    }

    public func consume(_ sample: MediaSample) {
        hub.consume(sample, from: token)
    }

    /// Whether the peer is connected and has brought nothing for `FlowHub.silenceLimit` or the flow's `lossAfter`,
    /// whichever is longer.
    public var isSilent: Bool { hub.isSilent(token) }

    public func peerConnected(_ remote: String) {
        hub.connected(remote, token: token)
    }

    public func mediaHeld(at now: MonotonicTime) {
        hub.mediaHeld(at: now, token: token)
    }

    public func peerDisconnected(_ reason: String) {
        hub.disconnected(reason, token: token)
    }
}
