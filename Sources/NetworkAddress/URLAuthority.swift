/// The server in a URL, between `//` and the path: RFC 3986 §3.2.
public struct URLAuthority: Hashable, Sendable {
    public enum ParseFailure: Error, Hashable, Sendable {
        case invalidHost
        case invalidPort
    }

    /// What stands before the `@`, still escaped, and a secret as a rule; nil without one.
    public var userInfo: String?
    /// A name or an address; an IPv6 address without its brackets.
    public var host: String
    /// Nil when it is left out.
    public var port: UInt16?

    public init(host: String, port: UInt16? = nil) {
        self.host = host
        self.port = port
    }

    public init(parsing text: some StringProtocol) throws(ParseFailure) {
        var rest = Substring(text)
        if let at = rest.lastIndex(of: "@") {
            userInfo = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        if rest.hasPrefix("[") {
            guard let close = rest.firstIndex(of: "]") else { throw .invalidHost }
            host = String(rest[rest.index(after: rest.startIndex)..<close])
            rest = rest[rest.index(after: close)...]
            guard host.utf8.contains(UInt8(ascii: ":")), host.utf8.allSatisfy(Self.isInAddress) else {
                throw .invalidHost
            }
        } else {
            host = String(rest.prefix { $0 != ":" })
            rest = rest.dropFirst(host.count)
            guard !host.isEmpty, host.utf8.allSatisfy(Self.isInName) else { throw .invalidHost }
        }
        guard !rest.isEmpty, rest != ":" else { return }
        let digits = rest.dropFirst()
        guard rest.hasPrefix(":"), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits),
            port > 0
        else { throw .invalidPort }
        self.port = port
    }

    /// Without the user information: the host, in brackets if it is an IPv6 address, and the port unless it is the usual
    /// one.
    public func text(defaultPort: UInt16) -> String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        guard let port, port != defaultPort else { return name }
        return "\(name):\(port)"
    }

    private static func isInAddress(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66, UInt8(ascii: ":"), UInt8(ascii: "."): true
        default: false
        }
    }

    private static func isInName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~".utf8.contains(byte)
        }
    }
}
