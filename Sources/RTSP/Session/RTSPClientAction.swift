/// What the owner of a client session is to do, in order.
package enum RTSPClientAction: Hashable, Sendable {
    case send(RTSPRequest)
    /// To a request of the server.
    case respond(RTSPResponse)
    /// The server told what there is. Answer with `choose`.
    case chooseTracks(SessionDescription)
    /// A track is to go over UDP. Answer with `openedPorts`, or give up with `finish`.
    case openPorts(track: Int)
    /// A track is set up: expect its packets.
    case setUp(RTSPClientTrack)
    /// The server agreed: packets come, or may be sent.
    case started([RTSPClientTrack])
    /// Send what is waiting and close, with all ports; connect to this address, and say `connected` when that is done.
    case reconnect(RTSPURL)
    /// The server ended the session in good order. Close.
    case ended
    /// Close.
    case failed(RTSPClientFailure)
}

/// A track of our session on a server, as it was set up.
package struct RTSPClientTrack: Hashable, Sendable {
    /// Of the media section in the description.
    package var index: Int
    package var transport: RTSPTrackTransport
    /// What the server calls the source of the packets, if it says so.
    package var ssrc: UInt32?
    /// The first packet, if the server says which one it is.
    package var sequenceNumber: UInt16?
    package var timestamp: UInt32?

    package init(
        index: Int,
        transport: RTSPTrackTransport,
        ssrc: UInt32? = nil,
        sequenceNumber: UInt16? = nil,
        timestamp: UInt32? = nil
    ) {
        self.index = index
        self.transport = transport
        self.ssrc = ssrc
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
    }
}
