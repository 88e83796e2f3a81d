package import Delivery
package import Media
package import NIOCore
package import NetworkAddress

/// Decides who may publish and play on the gateway's RTSP port. Called on event loops; must not block.
package protocol RTSPServerDelegate: AnyObject, Sendable {
    /// Before anything is read. A nil answer lets the connection in; otherwise it is closed without a word.
    func connected(_ address: SocketAddress?) -> Refusal?
    /// Comes once for each connection that was let in.
    func disconnected(_ address: SocketAddress?)
    /// What an address leads to, or why the client need not even prove itself.
    func find(
        _ request: RTSPAccessRequest,
        from address: SocketAddress?,
        _ connection: PeerConnection
    ) -> Result<any RTSPPlace, RTSPRefusal>
    /// A client gave wrong credentials.
    ///
    /// - Returns: How long it has to wait for the answer.
    func proofFailed(_ place: any RTSPPlace, from address: SocketAddress?, _ connection: PeerConnection) -> Duration
    /// The connection broke the rules and was closed.
    func misbehaved(_ message: String, _ connection: PeerConnection)
    /// The player takes nothing of what it is sent, and is closed.
    func stalled(_ connection: PeerConnection)
    /// UDP ports for a track of a session; nil when there are none.
    func openPorts(
        track: Int,
        peer: IPAddress,
        _ handler: any RTSPPacketHandler,
        _ connection: PeerConnection
    ) -> (any RTSPPorts)?
}

/// What an address leads to: one leg of an input, or an output. Called on event loops; must not block.
package protocol RTSPPlace: AnyObject, Sendable {
    var flow: String { get }
    /// `input/leg` or the output, for events.
    var component: String { get }
    /// What clients must prove; nil when everybody may come.
    var credentials: RTSPCredentials? { get }
    /// What players get; nil for an input.
    var fanOut: RTSPFanOut? { get }
    /// Where a publisher's stream goes, or why it is refused. `leave` must follow.
    func publish(_ connection: PeerConnection) -> Result<any LegSink, RTSPRefusal>
    /// The publisher's packets, for status.
    func receives(_ reception: RTSPReception, _ connection: PeerConnection)
    /// Whether one more player may come; the same one may come again. `leave` must follow.
    func play(_ connection: PeerConnection) -> RTSPRefusal?
    func leave(_ connection: PeerConnection)
    /// A publisher's track is not carried, by this name.
    func unsupportedCodec(_ name: String, _ connection: PeerConnection)
}

package struct RTSPRefusal: Error {
    package let reason: Refusal

    package init(_ reason: Refusal) {
        self.reason = reason
    }
}
