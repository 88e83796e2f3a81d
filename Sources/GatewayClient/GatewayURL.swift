import NetworkAddress

/// Where a gateway's HTTP server is: `http://HOST:PORT`, with or without a path in front of its own.
public struct GatewayURL: Hashable, Sendable, CustomStringConvertible {
    /// Why a text names no gateway.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    private static let defaultPort: UInt16 = 80

    /// A name or an address, without brackets.
    public let host: String
    public let port: Int
    /// What a reverse proxy put in front, without a slash at the end: ``, `/headgate`.
    public let pathPrefix: String

    public init(_ text: String) throws(ParseError) {
        guard let rest = Self.withoutScheme(text) else {
            let hint = text.lowercased().hasPrefix("https://") ? "; TLS ends at a proxy in front of the gateway" : ""
            throw ParseError(description: "\(text): the gateway's URL starts with http://\(hint)")
        }
        let authority = rest.prefix { $0 != "/" }
        let path = rest[authority.endIndex...]
        // User information would end up in messages.
        guard !rest.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }), !path.contains("?"), !path.contains("#"),
            let server = try? URLAuthority(parsing: authority), server.userInfo == nil
        else {
            throw ParseError(description: "\(text): not a URL of the form http://HOST:PORT")
        }
        host = server.host
        port = Int(server.port ?? Self.defaultPort)
        var prefix = path
        while prefix.hasSuffix("/") { prefix = prefix.dropLast() }
        self.pathPrefix = String(prefix)
    }

    public var description: String { "http://\(authority)\(pathPrefix)" }

    /// The value of the `Host` header.
    var authority: String {
        URLAuthority(host: host, port: UInt16(port)).text(defaultPort: Self.defaultPort)
    }

    private static func withoutScheme(_ text: String) -> Substring? {
        text.prefix(7).lowercased() == "http://" ? text.dropFirst(7) : nil
    }
}
