import Delivery
import FlowPlanner
import Media
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Keeps one connection to a server elsewhere: calls it, and calls again when that fails or ends.
///
/// Its owner says whom to call, and tells it how each connection fares.
final class Redialer: Sendable {
    /// How long the far side may take to answer a call.
    static let connectLimit = TimeAmount.seconds(5)
    /// A stream that is moved elsewhere sooner than this was none.
    private static let shortestStream = Duration.seconds(1)

    /// Whom to call, and what the connection is handled by.
    struct Target {
        var host: String
        var port: UInt16
        var isSecured: Bool
        /// Without secrets.
        var name: String
        /// For the channel: how much may wait to be sent.
        var bufferLimits: ChannelOptions.Types.WriteBufferWaterMark
        var makeHandler: @Sendable () -> any ChannelHandler
    }

    struct Statistics {
        /// While the stream runs.
        var connection: PeerConnection?
        var reconnects: UInt64
        var lastError: String?
    }

    /// What is told of the stream.
    enum Event {
        case started(PeerConnection)
        /// - Parameter isExpected: the gateway ended it.
        case ended(PeerConnection, reason: String, isExpected: Bool)
        /// An attempt failed otherwise than the one before.
        case failed(message: String)
        case unsupportedCodec(String, PeerConnection)
    }

    private struct State {
        var backoff = ReconnectBackoff()
        var channel: (any Channel)?
        var connection: PeerConnection?
        var retry: Scheduled<Void>?
        var connections: UInt64 = 0
        var lastError: String?
        var isStopped = false
    }

    private let tls: TLSClient
    private let eventLoops: EventLoops
    private let loop: any EventLoop
    private let fanOut: (any AwaitedFanOut)?
    private let target: @Sendable (Redialer) -> Target?
    private let onEvent: @Sendable (Event) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - fanOut: what is sent: servers close publishers that send nothing, so that one is called only when there is
    ///     something to send. Nil for a stream that is fetched.
    ///   - target: asked for each call, on the event loop; nil to try later.
    ///   - onEvent: called on the event loop; must not block.
    init(
        eventLoops: EventLoops,
        tls: TLSClient,
        sending fanOut: (any AwaitedFanOut)? = nil,
        target: @escaping @Sendable (Redialer) -> Target?,
        onEvent: @escaping @Sendable (Event) -> Void
    ) {
        self.tls = tls
        self.eventLoops = eventLoops
        loop = eventLoops.group.next()
        self.fanOut = fanOut
        self.target = target
        self.onEvent = onEvent
    }

    var statistics: Statistics {
        state.withLock { state in
            Statistics(
                connection: state.connection,
                reconnects: state.connections > 0 ? state.connections - 1 : 0,
                lastError: state.lastError
            )
        }
    }

    func start() {
        loop.execute { self.callWhenNeeded() }
    }

    /// Ends the stream in good order; nothing is told afterwards but its end.
    func stop() {
        let (channel, connection, retry) = state.withLock { state in
            state.isStopped = true
            defer { (state.channel, state.retry) = (nil, nil) }
            return (state.channel, state.connection, state.retry)
        }
        retry?.cancel()
        fanOut?.notifyOfNextSample(nil)
        if let connection { connection.end() } else { channel?.close(promise: nil) }
    }

    /// Ends the connection for a reason of ours, and comes back later.
    func cut(_ refusal: Refusal) {
        state.withLock { $0.connection }?.refuse(refusal)
    }

    // MARK: Calling

    private func callWhenNeeded() {
        guard let fanOut else {
            call()
            return
        }
        fanOut.notifyOfNextSample { self.loop.execute { self.call() } }
        // After that, as `stop` takes it back.
        if state.withLock({ $0.isStopped }) { fanOut.notifyOfNextSample(nil) }
    }

    private func call() {
        let isStopped = state.withLock { state in
            state.retry = nil
            return state.isStopped
        }
        guard !isStopped else { return }
        guard let target = target(self) else {
            state.withLock { state in
                state.retry = loop.scheduleTask(in: .milliseconds(100)) { self.callWhenNeeded() }
            }
            return
        }
        ClientBootstrap(group: loop)
            .connectTimeout(Self.connectLimit)
            .channelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
            .channelOption(ChannelOptions.maxMessagesPerRead, value: EventLoops.readsAtOnce)
            .channelOption(ChannelOptions.writeBufferWaterMark, value: target.bufferLimits)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let security = target.isSecured ? try self.tls.handler(host: target.host) : nil
                    try self.eventLoops.addHandlers(security, target.makeHandler(), to: channel)
                }
            }
            .connect(host: target.host, port: Int(target.port))
            .whenComplete { result in
                switch result {
                case .success(let channel):
                    let isStopped = self.state.withLock { state in
                        if !state.isStopped { state.channel = channel }
                        return state.isStopped
                    }
                    if isStopped { channel.close(promise: nil) }
                case .failure(let error):
                    self.failed("cannot connect to \(target.name): \(Self.explain(error))")
                }
            }
    }

    private func scheduleCall(at moment: MonotonicTime, in state: inout State) {
        let delay = max(0, moment.nanoseconds(since: .now()))
        state.retry = loop.scheduleTask(in: .nanoseconds(delay)) { self.callWhenNeeded() }
    }

    // MARK: How it went

    /// The stream runs.
    func ready(_ connection: PeerConnection) {
        let isStopped = state.withLock { state in
            state.connection = connection
            state.connections &+= 1
            state.lastError = nil
            return state.isStopped
        }
        if isStopped {
            connection.end()
        } else {
            onEvent(.started(connection))
        }
    }

    /// The connection is over: calls again later.
    ///
    /// - Parameters:
    ///   - isFailure: Whether it should not have ended.
    ///   - name: whom it was with, without secrets.
    func ended(_ reason: String, isFailure: Bool, with name: String) {
        guard let connection = takeConnection() else {
            failed("\(name): \(reason)")
            return
        }
        let isStopped = state.withLock { state in
            guard !state.isStopped else { return true }
            if isFailure { state.lastError = reason }
            let next = state.backoff.connectionLost(
                since: connection.startedAt,
                at: .now(),
                jitter: .random(in: 0..<1)
            )
            scheduleCall(at: next, in: &state)
            return false
        }
        onEvent(.ended(connection, reason: reason, isExpected: isStopped))
    }

    /// The connection is over because another one is to be opened now; later if the stream has only just begun, as that
    /// could go on for ever.
    ///
    /// - Parameter reason: for a stream that ran.
    func callAgain(_ reason: String) {
        guard let connection = takeConnection() else {
            call()
            return
        }
        let now = MonotonicTime.now()
        let isEarly = now < connection.startedAt.advanced(by: Self.shortestStream)
        state.withLock { state in
            guard isEarly, !state.isStopped else { return }
            let next = state.backoff.connectionLost(since: connection.startedAt, at: now, jitter: .random(in: 0..<1))
            scheduleCall(at: next, in: &state)
        }
        onEvent(.ended(connection, reason: reason, isExpected: true))
        if !isEarly { call() }
    }

    func unsupportedCodec(_ name: String, _ connection: PeerConnection) {
        onEvent(.unsupportedCodec(name, connection))
    }

    private func takeConnection() -> PeerConnection? {
        state.withLock { state in
            state.channel = nil
            defer { state.connection = nil }
            return state.connection
        }
    }

    func failed(_ message: String) {
        let isNew = state.withLock { state in
            guard !state.isStopped else { return false }
            defer { state.lastError = message }
            let next = state.backoff.attemptFailed(at: .now(), jitter: .random(in: 0..<1))
            scheduleCall(at: next, in: &state)
            return state.lastError != message
        }
        if isNew { onEvent(.failed(message: message)) }
    }

    /// An error of a connection as a clause for people, without secrets.
    static func explain(_ error: any Error) -> String {
        switch error {
        case let failure as ApplyFailure: failure.message
        case let failure as NIOConnectionError:
            failure.connectionErrors.first.map { explain($0.error) } ?? "the host name does not resolve"
        case let failure as IOError: String(cString: strerror(failure.errnoCode)).lowercased()
        case is ChannelError: "no answer within \(connectLimit.nanoseconds / 1_000_000_000) s"
        case NIOSSLError.handshakeFailed: "the TLS handshake failed: the certificate is not one that is trusted here"
        case is NIOSSLExtraError: "the certificate is not for this host"
        case is NIOSSLError: "TLS failed"
        default: "the connection broke"
        }
    }
}

/// A fan-out of which a caller waits for something to send.
protocol AwaitedFanOut: AnyObject, Sendable {
    /// Calls once, on the thread that delivers, when the stream runs. A later call replaces the former one; nil takes it
    /// back.
    func notifyOfNextSample(_ body: (@Sendable () -> Void)?)
}
