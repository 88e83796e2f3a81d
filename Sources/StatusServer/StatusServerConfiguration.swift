public import NIOSSL

/// Where the status server listens and whom it answers.
public struct StatusServerConfiguration: Sendable {
    /// An address or a name that resolves to one of this machine's.
    public var host: String
    /// 0 picks a free port.
    public var port: Int
    /// What callers have to show, or nil when nothing is asked for.
    public var token: BearerToken?
    /// Listens beyond loopback without a token.
    public var insecure: Bool
    /// Gives each connection its TLS; nil when there is none.
    public var tlsContext: (@Sendable () -> NIOSSLContext)?
    /// A connection without a whole request for this long is closed.
    public var idleTimeout: Duration
    /// From the begin of an answer with media until its last piece is on its way: what a client does not take stays in
    /// memory.
    public var deliveryTimeout: Duration
    /// What requests in progress have to end once a graceful shutdown begins.
    public var drainTimeout: Duration

    public init(
        host: String = "127.0.0.1",
        port: Int = 8080,
        token: BearerToken? = nil,
        insecure: Bool = false,
        tlsContext: (@Sendable () -> NIOSSLContext)? = nil,
        idleTimeout: Duration = StatusServerLimits.idleTimeout,
        deliveryTimeout: Duration = StatusServerLimits.deliveryTimeout,
        drainTimeout: Duration = .seconds(2)
    ) {
        self.host = host
        self.port = port
        self.token = token
        self.insecure = insecure
        self.tlsContext = tlsContext
        self.idleTimeout = idleTimeout
        self.deliveryTimeout = deliveryTimeout
        self.drainTimeout = drainTimeout
    }
}

/// What one client may take of the status server.
public enum StatusServerLimits {
    /// Connections at a time, players' included; more wait in the listen queue.
    public static let maximumConnections = 1_024
    /// Bytes of one header field, its name included.
    public static let maximumHeaderFieldBytes = 8 * 1024
    /// Bytes of all header fields of a request.
    public static let maximumHeaderBytes = 32 * 1024
    public static let maximumHeaderFields = 100
    /// No other request than one for a plan needs a body; a small one is read and ignored.
    public static let maximumBodyBytes = 4 * 1024
    /// Of a plan's request: some 20,000 flow files, in base64.
    public static let maximumPlanBytes = 32 * 1024 * 1024
    public static let maximumPlanFiles = 20_000
    /// Of each path in it.
    public static let maximumPlanPathBytes = 4 * 1024
    public static let maximumConcurrentPlans = 2
    /// From the end of the header to the end of the body, however it trickles in.
    public static let bodyDeadline: Duration = .seconds(10)
    public static let idleTimeout: Duration = .seconds(30)
    public static let deliveryTimeout: Duration = .seconds(60)
    /// Clients that listen for events at a time.
    public static let maximumEventListeners = 64
    /// Clients that follow the status at a time: open pages.
    public static let maximumFeedListeners = 64
}
