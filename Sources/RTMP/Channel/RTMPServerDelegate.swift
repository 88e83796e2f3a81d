package import Delivery
package import Media
package import NIOCore

/// Decides who may publish and play on the gateway's RTMP port. Called on event loops; must not block.
package protocol RTMPServerDelegate: AnyObject, Sendable {
    /// Before the handshake is answered. A nil answer lets the connection in; otherwise it is closed without a word.
    func connected(_ address: SocketAddress?) -> Refusal?
    /// Comes once for each connection that was let in.
    func disconnected(_ address: SocketAddress?)
    /// Where a publisher's stream goes, or why it is refused.
    func publish(
        _ name: RTMPStreamName,
        from address: SocketAddress?,
        _ connection: PeerConnection
    ) -> Result<any SampleSink & PeerSink, RTMPRefusal>
    func publishEnded(_ connection: PeerConnection)
    /// Where a player's stream comes from, or why it is refused.
    func play(
        _ name: RTMPStreamName,
        from address: SocketAddress?,
        _ connection: PeerConnection
    ) -> Result<RTMPFanOut, RTMPRefusal>
    func playEnded(_ connection: PeerConnection)
    /// The connection broke the rules and was closed.
    func misbehaved(_ message: String, _ connection: PeerConnection)
    /// The player takes nothing of what it is sent, and is closed.
    func stalled(_ connection: PeerConnection)
    /// A publisher's track is in a codec that the gateway does not carry.
    func unsupportedCodec(_ name: String, _ connection: PeerConnection)
}

package struct RTMPRefusal: Error {
    package let reason: Refusal

    package init(_ reason: Refusal) {
        self.reason = reason
    }
}
