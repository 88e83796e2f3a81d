import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import ServiceLifecycle

/// Serves the status API, the metrics and the probes from immutable snapshots, and HLS from whoever has it.
public struct StatusServer: Sendable {
    private let configuration: StatusServerConfiguration
    private let source: any StatusSource
    private let hls: (any HLSSource)?
    private let events: EventHistory
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) async -> Void

    /// - Parameters:
    ///   - hls: answers below `/hls/`; without it there is nothing.
    ///   - onListening: called once, with the port that was bound.
    public init(
        configuration: StatusServerConfiguration,
        source: any StatusSource,
        hls: (any HLSSource)? = nil,
        events: EventHistory,
        logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.source = source
        self.hls = hls
        self.events = events
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the task is cancelled or a graceful shutdown begins, then returns.
    ///
    /// Throws `AccessPolicy.StartError` before any socket opens, and `ListenError` when the address cannot be bound.
    public func run() async throws {
        try AccessPolicy.check(host: configuration.host, token: configuration.token, insecure: configuration.insecure)
        let snapshots = SnapshotCache(source: source)
        let feed = StatusFeed(snapshots: snapshots, events: events)
        let responder = StatusResponder(
            snapshots: snapshots,
            hls: hls,
            events: events,
            feed: feed,
            token: configuration.token,
            checkHost: configuration.token == nil && AccessPolicy.isLoopback(host: configuration.host),
            deliveryTimeout: configuration.deliveryTimeout,
            logger: logger
        )
        let application = Application(
            responder: responder,
            server: serverBuilder,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: .maximum(StatusServerLimits.maximumConnections, logger: quietLogger)
            ),
            onServerRunning: { [onListening, configuration] channel in
                await onListening(channel.localAddress?.port ?? configuration.port)
            },
            logger: quietLogger
        )
        do {
            try await Self.run(application, feed, drainTimeout: configuration.drainTimeout)
        } catch let error as IOError {
            // Connections' errors stay with them: what reaches this place is the listening socket's.
            throw ListenError(host: configuration.host, port: configuration.port, code: error.errnoCode)
        }
    }

    /// Runs the service until it ends by itself, is cancelled, or has had its time to drain: a client that does not
    /// take its answer must not hold the gateway.
    private static func run(_ application: some Service, _ feed: StatusFeed, drainTimeout: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask { try await feed.run() }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: drainTimeout)
            }
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch is CancellationError where Task.isCancelled {
                return
            }
        }
    }

    private var serverBuilder: HTTPServerBuilder {
        HTTPServerBuilder { [channelConfiguration, context = configuration.tlsContext] responder in
            let plain = HTTP1Channel(responder: responder, configuration: channelConfiguration)
            return context.map { SecuredChannel(base: plain, context: $0) } ?? plain
        }
    }

    private var channelConfiguration: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            idleTimeout: TimeAmount(configuration.idleTimeout),
            httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                maxHeaderFieldSize: StatusServerLimits.maximumHeaderFieldBytes,
                maxHeaderListSize: StatusServerLimits.maximumHeaderBytes,
                maxHeaderFieldCount: StatusServerLimits.maximumHeaderFields
            )
        )
    }

    /// The gateway says itself where it listens, so the library's own chatter only shows when somebody debugs.
    private var quietLogger: Logger {
        var logger = logger
        if logger.logLevel > .debug { logger.logLevel = max(logger.logLevel, .warning) }
        return logger
    }
}
