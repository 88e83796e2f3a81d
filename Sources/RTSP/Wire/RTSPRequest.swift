package import NIOCore

/// A request, RFC 2326 §6.
package struct RTSPRequest: Hashable, Sendable {
    package var method: RTSPMethod
    /// As the client wrote it: an absolute address as a rule, `*` for the server as such. It may hold credentials.
    package var uri: String
    package var version: RTSPVersion
    package var headers: RTSPHeaders
    package var body: ByteBuffer

    package init(
        _ method: RTSPMethod,
        _ uri: String,
        version: RTSPVersion = .v1,
        headers: RTSPHeaders = RTSPHeaders(),
        body: ByteBuffer = ByteBuffer()
    ) {
        self.method = method
        self.uri = uri
        self.version = version
        self.headers = headers
        self.body = body
    }

    package func write(into buffer: inout ByteBuffer) {
        MessageWriter.write("\(method.rawValue) \(uri) \(version)", headers, body, into: &buffer)
    }
}

extension RTSPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The method alone: the rest may hold secrets.
    package var description: String { method.rawValue }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["method": method.rawValue]) }
}
