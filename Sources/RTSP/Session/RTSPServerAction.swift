/// What the owner of a server session is to do, in order.
package enum RTSPServerAction: Hashable, Sendable {
    case send(RTSPResponse)
    /// Answer, now or later: `authenticate` first, then `allow` or `refuse`.
    case decideAccess(RTSPAccessRequest)
    /// A proof was wrong; for those who slow down guessing.
    case proofFailed(RTSPAccessRequest)
    /// A track is to go over UDP. Answer with `openedPorts` or `refuse`.
    case openPorts(track: Int)
    /// A track is set up, or set up anew in another way.
    case setUp(RTSPServerTrack)
    /// Answer with `startedPlaying` or `refuse`, and send packets behind the response that it gives.
    case startPlaying([RTSPServerTrack])
    /// Packets of these tracks follow.
    case startRecording([RTSPServerTrack])
    /// Send no packets for now, or expect none.
    case pause
    /// What was asked for or granted is over: let go of it, with its ports. The connection goes on unless `close`
    /// follows.
    case ended
    /// Send what is waiting, then close. Nothing follows.
    case close(RTSPCloseReason)
}

/// A track of a client's session, as it was set up.
package struct RTSPServerTrack: Hashable, Sendable {
    /// Of the media section in the description.
    package var index: Int
    package var transport: RTSPTrackTransport

    package init(index: Int, transport: RTSPTrackTransport) {
        self.index = index
        self.transport = transport
    }
}
