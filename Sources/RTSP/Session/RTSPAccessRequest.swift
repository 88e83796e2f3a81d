/// Which way a client's packets go.
package enum RTSPRole: Hashable, Sendable {
    case publish
    case play
}

/// What a client wants to do.
package struct RTSPAccessRequest: Hashable, Sendable {
    package var role: RTSPRole
    /// Without a track.
    package var path: RTSPPath
    /// What a publisher announces; nil for players.
    package var description: SessionDescription?

    package init(role: RTSPRole, path: RTSPPath, description: SessionDescription? = nil) {
        self.role = role
        self.path = path
        self.description = description
    }
}
