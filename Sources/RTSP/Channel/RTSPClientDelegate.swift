package import Delivery
package import Media
package import NetworkAddress

/// Hears how one connection to an RTSP server fares. Called on its event loop; must not block.
package protocol RTSPClientDelegate: AnyObject, Sendable {
    /// The server agreed: the stream runs.
    func ready(_ connection: PeerConnection)
    /// The packets of a stream that is played, for status.
    func receives(_ reception: RTSPReception)
    /// Once, last.
    func ended(_ end: RTSPClientEnd)
    /// A track of the played stream is not carried, by this name.
    func unsupportedCodec(_ name: String, _ connection: PeerConnection)
    /// UDP ports for a track of the session; nil when there are none.
    func openPorts(track: Int, peer: IPAddress, _ handler: any RTSPPacketHandler) -> (any RTSPPorts)?
    /// An error of the connection as a clause for people, without secrets.
    func explain(_ error: any Error) -> String
}

/// How a connection to an RTSP server ended.
package enum RTSPClientEnd: Sendable {
    /// The server ended the stream in good order.
    case ended
    /// Another connection is to be opened, to the session's address, and the session goes on there.
    case moved(RTSPClientSession)
    /// In words that may be shown.
    case failed(String)
    /// The gateway cut it.
    case refused(Refusal)
    /// The gateway needs it no more.
    case stopped
}
