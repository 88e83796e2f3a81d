import NetworkAddress

/// Who may ask the status server for what: decided from the configuration and the request's head alone.
public enum AccessPolicy {
    /// Why the server must not start as configured.
    public struct StartError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Refuses to listen beyond loopback without a token, unless the operator insists.
    public static func check(host: String, token: BearerToken?, insecure: Bool) throws(StartError) {
        if let token {
            do {
                _ = try token.read()
            } catch {
                throw StartError(description: error.description)
            }
            return
        }
        guard insecure || isLoopback(host: host) else {
            throw StartError(
                description: """
                    the HTTP server would listen on \(host), which others can reach, without asking for a token: \
                    give --http-token-file FILE, listen on 127.0.0.1, or insist with --http-insecure
                    """
            )
        }
    }

    /// Whether a listening address or the host of a URL stays on this machine: `localhost` and names under it,
    /// 127.0.0.0/8 and ::1. RFC 6761 §6.3 keeps `localhost` names on loopback.
    public static func isLoopback(host: String) -> Bool {
        var name = host.lowercased()[...]
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        if let address = IPAddress(String(name)) { return address.isLoopback }
        if name.hasSuffix(".") { name = name.dropLast() }
        return name == "localhost" || name.hasSuffix(".localhost")
    }

    /// The head of a request, as far as access depends on it.
    struct Head {
        /// The `Host` header: a name or an address, with or without a port.
        var authority: String?
        var origin: String?
        var authorization: String?
        var isPosted: Bool
        /// `/healthz` and `/readyz`: orchestrators ask by whatever name they like, and learn nothing else.
        var isProbe: Bool
    }

    enum Verdict: Equatable {
        case allow
        case unauthorized
        case forbid(String)
    }

    /// - Parameter token: what callers have to show; nil when the server asks for none.
    /// - Parameter checkHost: whether only loopback names may stand in `Host`. A page that the operator's browser
    ///   loaded from elsewhere can point its own name at 127.0.0.1; the header still tells that name.
    static func verdict(_ head: Head, token: String?, checkHost: Bool) -> Verdict {
        if head.isProbe { return .allow }
        if checkHost, !isLoopback(host: hostPart(of: head.authority ?? "")) {
            return .forbid("the Host header must name this machine, such as localhost or 127.0.0.1")
        }
        if let token {
            guard let shown = bearer(head.authorization), isEqualInConstantTime(shown, token) else {
                return .unauthorized
            }
        }
        if head.isPosted, let origin = head.origin, !isSameOrigin(origin, authority: head.authority) {
            return .forbid("POST requests must not come from another site's page")
        }
        return .allow
    }

    /// `127.0.0.1` of `127.0.0.1:8080`, `[::1]` of `[::1]:8080`.
    private static func hostPart(of authority: String) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            let rest = authority[authority.index(after: end)...]
            return rest.isEmpty || isPort(rest) ? String(authority[...end]) : ""
        }
        guard let colon = authority.firstIndex(of: ":") else { return authority }
        return isPort(authority[colon...]) ? String(authority[..<colon]) : ""
    }

    /// `:8080`
    private static func isPort(_ text: Substring) -> Bool {
        text.first == ":" && text.utf8.count <= 6 && text.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }

    /// RFC 6454 §7: `Origin` is `scheme://authority`, or `null`.
    private static func isSameOrigin(_ origin: String, authority: String?) -> Bool {
        guard let authority, let scheme = ["http://", "https://"].first(where: { origin.hasPrefix($0) }) else {
            return false
        }
        return origin.dropFirst(scheme.utf8.count).lowercased() == authority.lowercased()
    }

    /// The token of `Bearer TOKEN`; RFC 9110 §11.1 compares the scheme without case.
    private static func bearer(_ authorization: String?) -> String? {
        guard let authorization, authorization.utf8.count > 7, authorization.prefix(7).lowercased() == "bearer " else {
            return nil
        }
        return String(authorization.dropFirst(7).drop { $0 == " " })
    }

    /// Takes as long for a wrong first byte as for a wrong last one. The length is no secret.
    static func isEqualInConstantTime(_ left: String, _ right: String) -> Bool {
        let left = Array(left.utf8)
        let right = Array(right.utf8)
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (first, second) in zip(left, right) { difference |= first ^ second }
        return difference == 0
    }
}
