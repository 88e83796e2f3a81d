package import Media

/// Why a server session was ended from this side.
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
    /// Answers to its requests that it does not take.
    case answersUnread
    case tooManyFailedProofs
    case malformed(RTSPWireError)
    case refused(Refusal)
    /// What was played came to its end.
    case streamEnded
}

extension RTSPCloseReason {
    /// Whether the client broke the rules, and did not just go or stop.
    var isMisbehaviour: Bool {
        switch self {
        case .requestTimeout, .messageTimeout, .tooManyUnprovedBytes, .tooManyWaitingRequests, .answersUnread,
            .malformed:
            true
        case .sessionTimeout, .mediaTimeout, .tooManyFailedProofs, .refused, .streamEnded: false
        }
    }

    /// A clause for people; nil where it is the gateway's own doing.
    func explanation(_ limits: RTSPSessionLimits) -> String? {
        switch self {
        case .requestTimeout: "it set up no session within \(limits.request.words)"
        case .messageTimeout: "a message took longer than \(limits.message.words)"
        case .sessionTimeout: "no sign of life came for \(limits.sessionTimeoutSeconds) s"
        case .mediaTimeout: "no media came for \(limits.mediaIdle.words)"
        case .tooManyUnprovedBytes: "it sent more than \(limits.unprovedBytes) bytes before it was let in"
        case .tooManyWaitingRequests: "it does not wait for the answers to its requests"
        case .answersUnread: "it does not read what it is answered"
        case .tooManyFailedProofs: "the credentials are wrong"
        case .malformed(let error): "what it sends is malformed: \(error.clause)"
        case .refused(let refusal): "refused: \(refusal.rawValue)"
        case .streamEnded: nil
        }
    }
}
