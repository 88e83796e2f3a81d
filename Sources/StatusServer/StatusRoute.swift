/// What a path asks for.
enum StatusRoute: Hashable, Sendable {
    case flows
    case flow(String)
    case flowHistory(String)
    case history
    case status
    /// The status as it changes.
    case feed
    case addresses
    case events
    /// `/hls/FLOW/NAME`
    case hls(flow: String, name: String)
    case metrics
    case health
    case readiness
    case reload
    /// A file of the Flow Management page.
    case page(PageFile)
    case plan

    /// The paths as an operator types them, for the answer to a path that is none.
    static let paths = [
        "/", "/api/v1/flows", "/api/v1/flows/NAME", "/api/v1/flows/NAME/history", "/api/v1/history", "/api/v1/status",
        "/api/v1/stream", "/api/v1/addresses", "/api/v1/events", "/metrics", "/healthz", "/readyz", "/-/reload",
        "/api/v1/plan", "/hls/FLOW/index.m3u8",
    ]

    /// - Parameter path: without the query. Flow names need no percent encoding, so none is taken off.
    init?(path: String) {
        switch path {
        case "/api/v1/flows": self = .flows
        case "/api/v1/status": self = .status
        case "/api/v1/stream": self = .feed
        case "/api/v1/history": self = .history
        case "/api/v1/addresses": self = .addresses
        case "/api/v1/events": self = .events
        case "/metrics": self = .metrics
        case "/healthz": self = .health
        case "/readyz": self = .readiness
        case "/-/reload": self = .reload
        case "/api/v1/plan": self = .plan
        default:
            if let file = PageFile.all[path] {
                self = .page(file)
                return
            }
            let words = path.split(separator: "/", omittingEmptySubsequences: false)
            guard words.first == "", !words.dropFirst().contains("") else { return nil }
            switch (words.dropFirst().prefix(3), words.dropFirst(4)) {
            case (["api", "v1", "flows"], []): return nil
            case (["api", "v1", "flows"], let rest) where rest.count == 1: self = .flow(String(words[4]))
            case (["api", "v1", "flows"], let rest) where rest.count == 2 && rest.last == "history":
                self = .flowHistory(String(words[4]))
            case (let parts, []) where parts.count == 3 && parts.first == "hls":
                self = .hls(flow: String(words[2]), name: String(words[3]))
            default: return nil
            }
        }
    }

    /// The value of `Allow` (RFC 9110 §10.2.1).
    var allowedMethods: [String] {
        isPosted ? ["POST"] : ["GET", "HEAD"]
    }

    /// Answered without a token, for orchestrators and load balancers.
    var isProbe: Bool { self == .health || self == .readiness }

    /// The page asks for the token itself, and holds nothing of the gateway.
    var needsToken: Bool {
        switch self {
        case .health, .readiness, .page: false
        default: true
        }
    }

    /// Not for other sites' pages: it makes the gateway work, whether it changes something or not.
    var isPosted: Bool { self == .reload || self == .plan }
}
