/// What a path asks for.
enum StatusRoute: Hashable, Sendable {
    case flows
    case flow(String)
    case status
    case addresses
    case events
    case metrics
    case health
    case readiness
    case reload
    case plan

    /// The paths as an operator types them, for the answer to a path that is none.
    static let paths = [
        "/api/v1/flows", "/api/v1/flows/NAME", "/api/v1/status", "/api/v1/addresses", "/api/v1/events", "/metrics",
        "/healthz", "/readyz", "/-/reload", "/api/v1/plan",
    ]

    /// - Parameter path: without the query. Flow names need no percent encoding, so none is taken off.
    init?(path: String) {
        switch path {
        case "/api/v1/flows": self = .flows
        case "/api/v1/status": self = .status
        case "/api/v1/addresses": self = .addresses
        case "/api/v1/events": self = .events
        case "/metrics": self = .metrics
        case "/healthz": self = .health
        case "/readyz": self = .readiness
        case "/-/reload": self = .reload
        case "/api/v1/plan": self = .plan
        default:
            let prefix = "/api/v1/flows/"
            guard path.hasPrefix(prefix) else { return nil }
            let name = path.dropFirst(prefix.utf8.count)
            guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")) else { return nil }
            self = .flow(String(name))
        }
    }

    /// The value of `Allow` (RFC 9110 §10.2.1).
    var allowedMethods: [String] {
        isPosted ? ["POST"] : ["GET", "HEAD"]
    }

    /// Answered without a token, for orchestrators and load balancers.
    var isProbe: Bool { self == .health || self == .readiness }

    /// Not for other sites' pages: it makes the gateway work, whether it changes something or not.
    var isPosted: Bool { self == .reload || self == .plan }
}
