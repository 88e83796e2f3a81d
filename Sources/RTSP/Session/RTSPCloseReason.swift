package import Media

/// Why a server session ended by itself.
package enum RTSPCloseReason: Hashable, Sendable {
    /// The peer set up no session in time.
    case requestTimeout
    /// A message took too long from its first byte to its last.
    case messageTimeout
    /// No sign of life for too long.
    case sessionTimeout
    /// A publisher sent no media for too long.
    case mediaTimeout
    /// More bytes than a peer may send before it was let in.
    case tooManyUnprovedBytes
    /// Requests without waiting for the answers.
    case tooManyWaitingRequests
    case tooManyFailedProofs
    case malformed(RTSPWireError)
    case refused(Refusal)
    /// What was played came to its end.
    case streamEnded
}
