/// Why a connection cannot be read any further: nothing tells where the next message begins.
package enum RTSPWireError: Error, Hashable, Sendable {
    /// Neither a message nor a packet begins so; HTTP and TLS, for instance.
    case notRTSP
    case malformedStartLine
    case malformedHeader
    /// A header that goes on in the next line, which nobody sends any more.
    case foldedHeader
    case lineTooLong
    case tooManyHeaders
    /// No number, or several that differ.
    case invalidContentLength
    case bodyTooLarge

    /// A clause for people.
    var clause: String {
        switch self {
        case .notRTSP: "it is not RTSP"
        case .malformedStartLine: "the first line of a message is not one of RTSP"
        case .malformedHeader: "a header line has no name and value"
        case .foldedHeader: "a header line goes on in the next line"
        case .lineTooLong: "a line is too long"
        case .tooManyHeaders: "a message has too many header lines"
        case .invalidContentLength: "the length of a body is no number, or several"
        case .bodyTooLarge: "the body of a message is too large"
        }
    }
}
