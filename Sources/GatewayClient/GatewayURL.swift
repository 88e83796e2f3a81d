/// Where a gateway's HTTP server is: `http://HOST:PORT`, with or without a path in front of its own.
public struct GatewayURL: Hashable, Sendable, CustomStringConvertible {
    /// Why a text names no gateway.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

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
        guard !rest.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }), !path.contains("?"), !path.contains("#"),
            let (host, port) = Self.hostAndPort(authority)
        else {
            throw ParseError(description: "\(text): not a URL of the form http://HOST:PORT")
        }
        self.host = host
        self.port = port
        var prefix = path
        while prefix.hasSuffix("/") { prefix = prefix.dropLast() }
        self.pathPrefix = String(prefix)
    }

    public var description: String { "http://\(authority)\(pathPrefix)" }

    /// The value of the `Host` header.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == 80 ? name : "\(name):\(port)"
    }

    private static func withoutScheme(_ text: String) -> Substring? {
        text.prefix(7).lowercased() == "http://" ? text.dropFirst(7) : nil
    }

    private static func hostAndPort(_ authority: Substring) -> (host: String, port: Int)? {
        // User information would end up in messages.
        guard !authority.contains("@") else { return nil }
        var host = authority
        var portText: Substring = "80"
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            if rest.count > 1 { portText = rest.dropFirst() }
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            let rest = authority[authority.index(after: colon)...]
            if !rest.isEmpty { portText = rest }
        }
        guard !host.isEmpty, portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(portText),
            (1...65_535).contains(port)
        else { return nil }
        return (String(host), port)
    }
}
