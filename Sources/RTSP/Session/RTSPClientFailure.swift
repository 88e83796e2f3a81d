/// Why a client's session failed, in words that may be logged: none of them are the server's.
package struct RTSPClientFailure: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The server said no.
        case refused(RTSPStatus)
        /// The server wants credentials, or better ones.
        case unauthorized
        /// No answer, or no media, in time.
        case timeout
        case connectionClosed
        /// What the server sent is no RTSP.
        case malformed(RTSPWireError)
        /// A response lacks what matters.
        case malformedResponse
        case malformedDescription
        /// There is no track, or none that was wanted.
        case noTracks
        /// Neither side's way for packets suits the other.
        case unsupportedTransport
        case tooManyRedirects
        /// From an encrypted connection to one that is not.
        case insecureRedirect
    }

    /// What was being waited for.
    package enum Step: String, Hashable, Sendable {
        case options
        case describe
        case announce
        case setup
        case play
        case record
        case media
    }

    package var kind: Kind
    package var step: Step

    package init(_ kind: Kind, _ step: Step) {
        self.kind = kind
        self.step = step
    }
}

extension RTSPClientFailure: CustomStringConvertible {
    package var description: String {
        switch kind {
        case .refused(let status): "\(step.rawValue): the server answers \(status)"
        case .unauthorized: "\(step.rawValue): the server wants a user name and password, or other ones"
        case .timeout: step == .media ? "no media came in time" : "\(step.rawValue): no answer came in time"
        case .connectionClosed: "\(step.rawValue): the server closed the connection"
        case .malformed: "\(step.rawValue): the server does not speak RTSP"
        case .malformedResponse: "\(step.rawValue): the server's answer makes no sense"
        case .malformedDescription: "\(step.rawValue): the server's description cannot be read"
        case .noTracks: "\(step.rawValue): there is no track that can be used"
        case .unsupportedTransport: "\(step.rawValue): the server offers no way for the packets that can be used"
        case .tooManyRedirects: "\(step.rawValue): too many redirects"
        case .insecureRedirect: "\(step.rawValue): a redirect to a connection without encryption"
        }
    }
}
