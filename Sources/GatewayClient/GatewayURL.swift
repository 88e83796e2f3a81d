import NetworkAddress

/// Where a gateway's HTTP server is: `http://HOST:PORT` or `https://HOST:PORT`, with or without a path in front of its own.
public struct GatewayURL: Hashable, Sendable, CustomStringConvertible {
    /// Why a text names no gateway.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Whether it speaks TLS.
    public let isSecured: Bool
    /// A name or an address, without brackets.
    public let host: String
    public let port: Int
    /// What a reverse proxy put in front, without a slash at the end: ``, `/headgate`.
    public let pathPrefix: String

    public init(_ text: String) throws(ParseError) {
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            throw ParseError(description: "\(text): the gateway's URL starts with http:// or https://")
        }
        isSecured = scheme == "https://"
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        let path = rest[authority.endIndex...]
        // User information would end up in messages.
        guard !rest.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }), !path.contains("?"), !path.contains("#"),
            let server = try? URLAuthority(parsing: authority), server.userInfo == nil
        else {
            throw ParseError(description: "\(text): not a URL of the form http://HOST:PORT")
        }
        host = server.host
        port = Int(server.port ?? Self.defaultPort(isSecured: isSecured))
        var prefix = path
        while prefix.hasSuffix("/") { prefix = prefix.dropLast() }
        self.pathPrefix = String(prefix)
    }

    public var description: String { "\(isSecured ? "https" : "http")://\(authority)\(pathPrefix)" }

    /// The value of the `Host` header.
    var authority: String {
        URLAuthority(host: host, port: UInt16(port)).text(defaultPort: Self.defaultPort(isSecured: isSecured))
    }

    private static func defaultPort(isSecured: Bool) -> UInt16 { isSecured ? 443 : 80 }
}
