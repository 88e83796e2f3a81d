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
}
