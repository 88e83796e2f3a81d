import NetworkAddress

/// An `rtsp://` or `rtsps://` address, RFC 2326 §3.2, with its credentials split off.
///
/// Describing it in any way shows no credentials and no query; and no part of the path that looks like a password, as
/// some cameras want it there.
package struct RTSPURL: Hashable, Sendable {
    package enum Scheme: String, Hashable, Sendable {
        case rtsp
        case rtsps

        package var defaultPort: UInt16 {
            switch self {
            case .rtsp: 554
            case .rtsps: 322
            }
        }
    }

    package enum ParseFailure: Error, Hashable, Sendable {
        case tooLong
        /// White space, or anything but printable ASCII, which the rest must be escaped to.
        case notText
        case unknownScheme
        case invalidHost
        case invalidPort
        /// A user name or password with a percent sign that escapes nothing.
        case invalidCredentials
    }

    /// The longest address that is read, in bytes.
    package static let maximumBytes = 2_048

    package var scheme: Scheme
    /// A name or an address; an IPv6 address without its brackets.
    package var host: String
    package var port: UInt16
    /// The path and the query as they were written, empty or with their slash or question mark.
    package var resource: String
    package var credentials: RTSPCredentials?

    package init(scheme: Scheme, host: String, port: UInt16? = nil, resource: String = "") {
        self.scheme = scheme
        self.host = host
        self.port = port ?? scheme.defaultPort
        self.resource = resource
        self.credentials = nil
    }

    package init(parsing text: String) throws(ParseFailure) {
        guard text.utf8.count <= Self.maximumBytes else { throw .tooLong }
        guard text.isPrintable else { throw .notText }
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"),
            let scheme = Scheme(rawValue: text[..<colon].lowercased())
        else { throw .unknownScheme }
        let rest = text[text.index(colon, offsetBy: 3)...]
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        let authority: URLAuthority
        do throws(URLAuthority.ParseFailure) {
            authority = try URLAuthority(parsing: rest[..<authorityEnd])
        } catch {
            throw error == .invalidHost ? .invalidHost : .invalidPort
        }
        credentials = try Self.credentials(authority.userInfo ?? "")
        self.scheme = scheme
        host = authority.host
        port = authority.port ?? scheme.defaultPort
        let tail = rest[authorityEnd...]
        self.resource = String(tail[..<(tail.firstIndex(of: "#") ?? tail.endIndex)])
    }

    /// The address as requests name it: without credentials.
    package var requestURI: String { "\(scheme.rawValue)://\(authority)\(resource)" }

    /// Another resource of the same server.
    func replacing(resource: String) -> RTSPURL {
        var url = self
        url.resource = resource
        return url
    }

    var path: Substring { resource[..<(resource.firstIndex(of: "?") ?? resource.endIndex)] }
    /// Without its question mark; nil when there is none.
    var query: Substring? {
        resource.firstIndex(of: "?").map { resource[resource.index(after: $0)...] }
    }

    private var authority: String {
        URLAuthority(host: host, port: port).text(defaultPort: scheme.defaultPort)
    }

    private static func credentials(_ text: String) throws(ParseFailure) -> RTSPCredentials? {
        guard !text.isEmpty else { return nil }
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        guard let username = unescape(text[..<colon]), let password = unescape(text[colon...].dropFirst()) else {
            throw .invalidCredentials
        }
        return RTSPCredentials(username: username, password: password)
    }

    /// Resolves `%40` and the like.
    private static func unescape(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = Substring(rest.prefix(2))
            guard digits.utf8.count == 2, let escaped = Hexadecimal.decode(digits) else { return nil }
            bytes += escaped
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension RTSPURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.lowercased().contains("pass") ? "***" : part
        }
        return "\(scheme.rawValue)://\(authority)\(parts.joined(separator: "/"))\(query == nil ? "" : "?***")"
    }

    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
