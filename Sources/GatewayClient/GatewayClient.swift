import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NetworkAddress

/// Asks a running gateway over HTTP/1.1, one connection a request.
public struct GatewayClient: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// Bytes that an answer may have: some 20,000 flows.
    public static let maximumAnswerBytes = 64 * 1024 * 1024
    public static let defaultTimeout = Duration.seconds(10)

    public let server: GatewayURL
    private let token: String?
    private let timeout: Duration
    private let maximumAnswerBytes: Int
    private let authoritiesFile: String?

    /// - Parameter token: sent as `Authorization: Bearer`.
    /// - Parameter timeout: for connecting and for the answer, each.
    /// - Parameter authoritiesFile: PEM of authorities to trust beside the system's, for `https`.
    public init(
        server: GatewayURL,
        token: String? = nil,
        timeout: Duration = Self.defaultTimeout,
        maximumAnswerBytes: Int = Self.maximumAnswerBytes,
        authoritiesFile: String? = nil
    ) {
        self.authoritiesFile = authoritiesFile
        self.server = server
        self.token = token
        self.timeout = timeout
        self.maximumAnswerBytes = maximumAnswerBytes
    }

    /// - Parameter path: starts with a slash; flow names and the gateway's paths need no percent encoding.
    /// - Parameter headers: replace those of the same name that the client would send.
    /// - Throws: `GatewayClientError`, or `CancellationError` when the task was cancelled.
    public func request(
        _ method: Method = .get,
        _ path: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) async throws -> GatewayResponse {
        try Task.checkCancellation()
        let head = requestHead(method, path, headers, bodyLength: body.count)
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let answer = loop.makePromise(of: GatewayResponse.self)
        let channel: any Channel
        do {
            channel = try await connect(on: loop, answer)
        } catch {
            answer.fail(error)
            throw GatewayClientError.unreachable(server: server.description, cause: Self.sentence(error))
        }
        let deadline = loop.scheduleTask(in: TimeAmount(timeout)) { [server] in
            answer.fail(GatewayClientError.timedOut(server: server.description))
        }
        defer {
            deadline.cancel()
            channel.close(promise: nil)
        }
        return try await withTaskCancellationHandler {
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            if !body.isEmpty {
                channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
            }
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            return try await answer.futureResult.get()
        } onCancel: {
            answer.fail(CancellationError())
        }
    }

    private func connect(on loop: any EventLoop, _ answer: EventLoopPromise<GatewayResponse>) async throws
        -> any Channel
    {
        let secure = try securing()
        return try await bootstrap(on: loop)
            .channelInitializer { [server, maximumAnswerBytes] channel in
                channel.eventLoop.makeCompletedFuture {
                    try secure(channel)
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(
                        AnswerHandler(server: server.description, maximumBytes: maximumAnswerBytes, answer: answer)
                    )
                }
            }
            .connect(host: server.host, port: server.port)
            .get()
    }

    /// What puts TLS on a new connection, if the server speaks it. The certificate must be valid for its host.
    func securing() throws -> @Sendable (any Channel) throws -> Void {
        guard server.isSecured else { return { _ in } }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authoritiesFile { configuration.additionalTrustRoots = [.file(authoritiesFile)] }
        let context = try NIOSSLContext(configuration: configuration)
        // An address has no place in SNI.
        let name = IPAddress(server.host) == nil ? server.host : nil
        return { channel in
            let handler = try NIOSSLClientHandler(context: context, serverHostname: name)
            try channel.pipeline.syncOperations.addHandler(handler)
        }
    }

    func bootstrap(on group: any EventLoopGroup) -> ClientBootstrap {
        ClientBootstrap(group: group).connectTimeout(TimeAmount(timeout))
    }

    func requestHead(
        _ method: Method,
        _ path: String,
        _ headers: [(name: String, value: String)],
        bodyLength: Int
    ) -> HTTPRequestHead {
        var fields = HTTPHeaders([("Host", server.authority), ("Connection", "close"), ("User-Agent", "headgate")])
        if let token { fields.add(name: "Authorization", value: "Bearer \(token)") }
        if bodyLength > 0 || method == .post { fields.add(name: "Content-Length", value: "\(bodyLength)") }
        for (name, value) in headers { fields.replaceOrAdd(name: name, value: value) }
        return HTTPRequestHead(
            version: .http1_1,
            method: HTTPMethod(rawValue: method.rawValue),
            uri: server.pathPrefix + path,
            headers: fields
        )
    }

    /// The system's words for the first address that failed, without the library's wrapping.
    static func sentence(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return sentence(first.error) }
            return error.dnsAError != nil || error.dnsAAAAError != nil
                ? "the host \(error.host) is unknown" : "the connection failed"
        case let error as IOError:
            return systemMessage(error.errnoCode)
        case let error as ChannelError:
            if case .connectTimeout = error { return "nothing answers" }
            return "\(error)"
        case NIOSSLError.handshakeFailed:
            return "the TLS handshake failed: the certificate is not one that is trusted here"
        case is NIOSSLExtraError:
            return "the certificate is not for this host"
        case is NIOSSLError:
            return "TLS failed"
        default:
            return "\(error)"
        }
    }
}
