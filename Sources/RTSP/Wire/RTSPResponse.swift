package import NIOCore

/// A response, RFC 2326 §7.
package struct RTSPResponse: Hashable, Sendable {
    package var status: RTSPStatus
    /// Words for people. A peer's are not fit for a log.
    package var reason: String
    package var version: RTSPVersion
    package var headers: RTSPHeaders
    package var body: ByteBuffer

    package init(
        _ status: RTSPStatus,
        reason: String? = nil,
        version: RTSPVersion = .v1,
        headers: RTSPHeaders = RTSPHeaders(),
        body: ByteBuffer = ByteBuffer()
    ) {
        self.status = status
        self.reason = reason ?? status.reason
        self.version = version
        self.headers = headers
        self.body = body
    }

    package func write(into buffer: inout ByteBuffer) {
        MessageWriter.write("\(version) \(status.rawValue) \(reason)", headers, body, into: &buffer)
    }
}
