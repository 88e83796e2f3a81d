/// How the packets of a track travel.
package enum RTSPTrackTransport: Hashable, Sendable {
    /// Between our UDP ports and the peer's, whose address is that of its connection. A server may leave its ports
    /// untold.
    case udp(own: RTPPortPair, peer: RTPPortPair?)
    /// Between the messages of the connection.
    case interleaved(RTPChannelPair)

    /// Whether it uses one of these channels.
    func overlaps(_ channels: RTPChannelPair) -> Bool {
        guard case .interleaved(let own) = self else { return false }
        return own.overlaps(channels)
    }
}
