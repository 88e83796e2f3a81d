import NetworkAddress

/// An `rtmp://` or `rtmps://` address: a server, the application there, and a stream, whose name is a secret as a rule.
///
/// Describing it in any way shows neither the stream's name nor the user's.
package struct RTMPURL: Hashable, Sendable {
    package enum Scheme: String, Hashable, Sendable {
        case rtmp
        case rtmps

        package var defaultPort: UInt16 {
            switch self {
            case .rtmp: 1935
            case .rtmps: 443
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
        case missingApplication
    }

    package var scheme: Scheme
    /// A name or an address; an IPv6 address without its brackets.
    package var host: String
    package var port: UInt16
    package var application: String
    /// With its query, if it has one; nil when the address names none.
    package var streamName: String?
    /// `user:password` before the host. RTMP has no use for it; it is kept so that nobody takes it for the host.
    package var userInfo: String?

    package init(scheme: Scheme, host: String, port: UInt16? = nil, application: String, streamName: String? = nil) {
        self.scheme = scheme
        self.host = host
        self.port = port ?? scheme.defaultPort
        self.application = application
        self.streamName = streamName
        self.userInfo = nil
    }

    /// The last part of the path is the stream; what is before it, of one part or more, is the application.
    package init(parsing text: String) throws(ParseFailure) {
        try self.init(parts: text)
        let (path, query) = Self.split(application)
        guard let slash = path.lastIndex(of: "/") else { return }
        let stream = path[path.index(after: slash)...]
        application = path[..<slash] + (stream.isEmpty ? query : "")
        streamName = stream.isEmpty ? nil : stream + query
    }

    /// An address whose whole path is the application; the stream is told apart from it.
    package init(parsing text: String, streamName: String) throws(ParseFailure) {
        try self.init(parts: text)
        while application.hasSuffix("/") { application.removeLast() }
        self.streamName = streamName.isEmpty ? nil : streamName
    }

    /// Leaves all that follows the server in `application`.
    private init(parts text: String) throws(ParseFailure) {
        guard text.utf8.count <= RTMPSessionLimits.nameBytes else { throw .tooLong }
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { throw .notText }
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"),
            let scheme = Scheme(rawValue: text[..<colon].lowercased())
        else { throw .unknownScheme }
        let rest = text[text.index(colon, offsetBy: 3)...]
        let slash = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        let authority: URLAuthority
        do throws(URLAuthority.ParseFailure) {
            authority = try URLAuthority(parsing: rest[..<slash])
        } catch {
            throw error == .invalidHost ? .invalidHost : .invalidPort
        }
        userInfo = authority.userInfo
        self.scheme = scheme
        host = authority.host
        port = authority.port ?? scheme.defaultPort
        self.application = String(rest[slash...].drop { $0 == "/" })
        self.streamName = nil
        guard !application.isEmpty, !application.hasPrefix("?") else { throw .missingApplication }
    }

    /// A path and its query, which keeps its question mark; the query may contain slashes.
    static func split(_ text: String) -> (path: String, query: String) {
        guard let mark = text.firstIndex(of: "?") else { return (text, "") }
        return (String(text[..<mark]), String(text[mark...]))
    }

    private var authority: String {
        URLAuthority(host: host, port: port).text(defaultPort: scheme.defaultPort)
    }

    /// What a client calls the application in `connect`. May contain secrets when the application does.
    package var applicationURL: String { "\(scheme.rawValue)://\(authority)/\(application)" }
}

extension RTMPURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        let (path, query) = Self.split(application)
        let stream = streamName == nil ? "" : "/***"
        return "\(scheme.rawValue)://\(authority)/\(path)\(query.isEmpty ? "" : "?***")\(stream)"
    }

    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
