import FlowModel
import FlowPlanner
import Media
import NIOCore
import NIOPosix
import NIOSSL
import RTMP
import Synchronization

/// Keeps one stream running with an RTMP server elsewhere: calls it, and calls again when that fails or ends.
final class RTMPCaller: RTMPClientDelegate {
    enum Limits {
        static let connect = TimeAmount.seconds(5)
        /// Redirects in a row.
        static let redirects = 3
    }

    struct Statistics {
        /// While the stream runs.
        var connection: RTMPConnection?
        var reconnects: UInt64
        var lastError: String?
    }

    /// What the owner hears of the stream.
    enum Event {
        case started(RTMPConnection)
        case ended(reason: String)
        /// An attempt failed otherwise than the one before.
        case failed(message: String)
        case unsupportedCodec(String, RTMPConnection)
    }

    private struct State {
        /// Where the next attempt goes; another than `url` after a redirect.
        var target: RTMPURL
        var redirects = 0
        var backoff = ReconnectBackoff()
        var channel: (any Channel)?
        var connection: RTMPConnection?
        var retry: Scheduled<Void>?
        var connections: UInt64 = 0
        var lastError: String?
        var isStopped = false
    }

    private let url: RTMPURL
    private let stream: RTMPClientHandler.Stream
    private let tls: TLSClient
    private let eventLoops: EventLoops
    private let loop: any EventLoop
    private let onEvent: @Sendable (Event) -> Void
    private let state: Mutex<State>

    /// - Parameter onEvent: called on an event loop; must not block.
    init(
        _ url: RTMPURL,
        stream: RTMPClientHandler.Stream,
        context: ComponentContext,
        onEvent: @escaping @Sendable (Event) -> Void
    ) {
        self.url = url
        self.stream = stream
        self.tls = context.tls
        self.eventLoops = context.eventLoops
        self.loop = context.eventLoops.group.next()
        self.onEvent = onEvent
        state = Mutex(State(target: url))
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
        if case .publish(let fanOut) = stream { fanOut.notifyOfNextSample(nil) }
        if let connection { connection.end() } else { channel?.close(promise: nil) }
    }

    /// Ends the connection for a reason of ours, and comes back later.
    func cut(_ refusal: Refusal) {
        state.withLock { $0.connection }?.refuse(refusal)
    }

    // MARK: Calling

    /// Servers close publishers that send nothing, so that one is called only when there is something to send.
    private func callWhenNeeded() {
        switch stream {
        case .play: call()
        case .publish(let fanOut):
            guard !state.withLock({ $0.isStopped }) else { return }
            fanOut.notifyOfNextSample { self.loop.execute { self.call() } }
        }
    }

    private func call() {
        let target = state.withLock { state in
            state.retry = nil
            return state.isStopped ? nil : state.target
        }
        guard let target else { return }
        ClientBootstrap(group: loop)
            .connectTimeout(Limits.connect)
            .channelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
            .channelOption(ChannelOptions.maxMessagesPerRead, value: EventLoopPacer.readsPerRound)
            .channelOption(ChannelOptions.writeBufferWaterMark, value: RTMPServerHandler.bufferLimits)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(self.eventLoops.pacedReads(on: channel.eventLoop))
                    if target.scheme == .rtmps { try pipeline.addHandler(self.tls.handler(host: target.host)) }
                    try pipeline.addHandler(RTMPClientHandler(url: target, stream: self.stream, delegate: self))
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
                    self.failed("cannot connect to \(target): \(self.explain(error))")
                }
            }
    }

    private func failed(_ message: String) {
        let isNew = state.withLock { state in
            state.target = url
            state.redirects = 0
            guard !state.isStopped else { return false }
            defer { state.lastError = message }
            let next = state.backoff.attemptFailed(at: .now(), jitter: .random(in: 0..<1))
            scheduleCall(at: next, in: &state)
            return state.lastError != message
        }
        if isNew { onEvent(.failed(message: message)) }
    }

    private func scheduleCall(at moment: MonotonicTime, in state: inout State) {
        let delay = max(0, moment.nanoseconds(since: .now()))
        state.retry = loop.scheduleTask(in: .nanoseconds(delay)) { self.callWhenNeeded() }
    }

    // MARK: The connection

    func ready(_ connection: RTMPConnection) {
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

    func ended(_ end: RTMPClientEnd) {
        let connection = state.withLock { state in
            state.channel = nil
            defer { state.connection = nil }
            return state.connection
        }
        guard let connection else {
            switch end {
            case .redirected(let target): redirected(to: target)
            default: failed("\(url): \(Self.clause(end))")
            }
            return
        }
        let reason = Self.clause(end)
        state.withLock { state in
            state.target = url
            state.redirects = 0
            guard !state.isStopped else { return }
            if end != .ended { state.lastError = reason }
            let next = state.backoff.connectionLost(
                since: connection.startedAt,
                at: .now(),
                jitter: .random(in: 0..<1)
            )
            scheduleCall(at: next, in: &state)
        }
        onEvent(.ended(reason: reason))
    }

    private func redirected(to target: RTMPURL) {
        let problem: String? = state.withLock { state in
            guard state.redirects < Limits.redirects else { return "the servers redirect in a circle" }
            guard target.scheme == .rtmps || url.scheme == .rtmp else {
                return "the server redirects from rtmps to rtmp, which is not encrypted"
            }
            state.redirects += 1
            state.target = target
            return nil
        }
        if let problem { failed("\(url): \(problem)") } else { call() }
    }

    private static func clause(_ end: RTMPClientEnd) -> String {
        switch end {
        case .ended: "the server ended the stream"
        case .redirected: "the server asks to go elsewhere"
        case .failed(let message): message
        case .refused(let refusal): refusal.explanation
        case .stopped: "stopped"
        }
    }

    func unsupportedCodec(_ name: String, _ connection: RTMPConnection) {
        onEvent(.unsupportedCodec(name, connection))
    }

    func explain(_ error: any Error) -> String {
        switch error {
        case let failure as ApplyFailure: failure.message
        case let failure as NIOConnectionError:
            failure.connectionErrors.first.map { explain($0.error) } ?? "the host name does not resolve"
        case let failure as IOError: String(cString: strerror(failure.errnoCode)).lowercased()
        case is ChannelError: "no answer within \(Limits.connect.nanoseconds / 1_000_000_000) s"
        case NIOSSLError.handshakeFailed: "the TLS handshake failed: the certificate is not one that is trusted here"
        case is NIOSSLExtraError: "the certificate is not for this host"
        case is NIOSSLError: "TLS failed"
        default: "the connection broke"
        }
    }
}
