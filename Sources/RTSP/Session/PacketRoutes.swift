/// What a packet between the messages is.
package struct RTSPPacketTarget: Hashable, Sendable {
    /// The index of the media section.
    package var track: Int
    /// RTCP, not RTP.
    package var isControl: Bool

    package init(track: Int, isControl: Bool) {
        self.track = track
        self.isControl = isControl
    }
}

/// Finds the track of a channel. There are a few, so that looking through them is the fastest.
struct PacketRoutes: Sendable {
    private var routes: [(channel: UInt8, target: RTSPPacketTarget)] = []

    init() {}

    /// - Parameter carriesMedia: Whether the peer is to send RTP; otherwise its RTCP alone is let through.
    init(_ tracks: some Sequence<(index: Int, transport: RTSPTrackTransport)>, carriesMedia: Bool) {
        for (index, transport) in tracks {
            guard case .interleaved(let channels) = transport else { continue }
            if carriesMedia { routes.append((channels.rtp, RTSPPacketTarget(track: index, isControl: false))) }
            routes.append((channels.rtcp, RTSPPacketTarget(track: index, isControl: true)))
        }
    }

    subscript(channel: UInt8) -> RTSPPacketTarget? {
        for route in routes where route.channel == channel { return route.target }
        return nil
    }
}
