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
    case metrics
    case health
    case readiness
    case reload
    /// A file of the Flow Management page.
    case page(PageFile)

    /// The paths as an operator types them, for the answer to a path that is none.
    static let paths = [
        "/", "/api/v1/flows", "/api/v1/flows/NAME", "/api/v1/flows/NAME/history", "/api/v1/history", "/api/v1/status",
        "/api/v1/stream", "/api/v1/addresses", "/api/v1/events", "/metrics", "/healthz", "/readyz", "/-/reload",
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
        default:
            if let file = PageFile.all[path] {
                self = .page(file)
                return
            }
            let prefix = "/api/v1/flows/"
            guard path.hasPrefix(prefix) else { return nil }
            let words = path.dropFirst(prefix.utf8.count).split(separator: "/", omittingEmptySubsequences: false)
            guard let name = words.first.map(String.init), !name.isEmpty else { return nil }
            switch words.dropFirst() {
            case []: self = .flow(name)
            case ["history"]: self = .flowHistory(name)
            default: return nil
            }
        }
    }

    /// The value of `Allow` (RFC 9110 §10.2.1).
    var allowedMethods: [String] {
        self == .reload ? ["POST"] : ["GET", "HEAD"]
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

    var changesState: Bool { self == .reload }
}
