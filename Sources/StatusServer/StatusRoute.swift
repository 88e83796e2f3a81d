/// What a path asks for.
enum StatusRoute: Hashable, Sendable {
    case flows
    case flow(String)
    case status
    case addresses
    case events
    /// `/hls/FLOW/NAME`
    case hls(flow: String, name: String)
    case metrics
    case health
    case readiness
    case reload

    /// The paths as an operator types them, for the answer to a path that is none.
    static let paths = [
        "/api/v1/flows", "/api/v1/flows/NAME", "/api/v1/status", "/api/v1/addresses", "/api/v1/events", "/metrics",
        "/healthz", "/readyz", "/-/reload", "/hls/FLOW/index.m3u8",
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
        default:
            let parts = path.split(separator: "/", maxSplits: 4, omittingEmptySubsequences: false)
            guard let last = parts.last, !last.isEmpty else { return nil }
            if parts.count == 5, parts[..<4] == ["", "api", "v1", "flows"], !last.utf8.contains(UInt8(ascii: "/")) {
                self = .flow(String(last))
            } else if parts.count == 4, parts[..<2] == ["", "hls"], !parts[2].isEmpty {
                self = .hls(flow: String(parts[2]), name: String(last))
            } else {
                return nil
            }
        }
    }

    /// The value of `Allow` (RFC 9110 §10.2.1).
    var allowedMethods: [String] {
        self == .reload ? ["POST"] : ["GET", "HEAD"]
    }

    /// Answered without a token, for orchestrators and load balancers.
    var isProbe: Bool { self == .health || self == .readiness }

    var changesState: Bool { self == .reload }
}
