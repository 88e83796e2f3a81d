import FlowPlanner
import Media
import NIOCore
import NIOPosix
import NIOSSL
import NetworkAddress
import Synchronization

/// The TCP ports of one protocol that listen, plain or with TLS.
final class StreamListeners: Sendable {
    /// How many connections wait to be taken from the kernel.
    private static let backlog: Int32 = 256
    /// How many of them are taken in one round of an event loop, which may be paced.
    private static let acceptedAtOnce: UInt = 64

    /// A port that listens.
    struct Listener: Sendable {
        /// Of its addresses, and the name of its flag.
        let scheme: String
        let endpoint: IPEndpoint
    }

    private let eventLoops: EventLoops
    private let bufferLimits: ChannelOptions.Types.WriteBufferWaterMark
    private let refusals: RefusalLedger
    private let open = Mutex<[(listener: Listener, channel: any Channel)]>([])

    /// - Parameters:
    ///   - bufferLimits: how much may wait to be sent on a connection.
    ///   - refusals: hears of connections that cannot be taken.
    init(
        eventLoops: EventLoops,
        bufferLimits: ChannelOptions.Types.WriteBufferWaterMark,
        refusals: RefusalLedger
    ) {
        self.eventLoops = eventLoops
        self.bufferLimits = bufferLimits
        self.refusals = refusals
    }

    /// Listens on one more port, with TLS when there is a certificate.
    func listen(
        on endpoint: IPEndpoint,
        scheme: String,
        certificate: ServerCertificate?,
        makeHandler: @escaping @Sendable () -> any ChannelHandler
    ) throws(ApplyFailure) {
        let bootstrap = ServerBootstrap(group: eventLoops.group)
            .serverChannelOption(ChannelOptions.backlog, value: Self.backlog)
            .serverChannelOption(ChannelOptions.maxMessagesPerRead, value: Self.acceptedAtOnce)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { [refusals] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pause = AcceptPause { shortage in
                        refusals.refused(
                            .tooManyConnections,
                            flow: "",
                            component: scheme,
                            remote: nil,
                            message: "a connection waits that cannot be taken: \(shortage)"
                        )
                    }
                    try channel.pipeline.syncOperations.addHandler(pause)
                }
            }
            .childChannelOption(ChannelOptions.maxMessagesPerRead, value: EventLoops.readsAtOnce)
            .childChannelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(ChannelOptions.writeBufferWaterMark, value: bufferLimits)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let security = certificate.map { NIOSSLServerHandler(context: $0.context()) }
                    try self.eventLoops.addHandlers(security, makeHandler(), to: channel)
                }
            }
        do {
            let channel = try bootstrap.bind(host: endpoint.address.description, port: Int(endpoint.port)).wait()
            let port = channel.localAddress?.port.flatMap(UInt16.init(exactly:)) ?? endpoint.port
            let bound = Listener(scheme: scheme, endpoint: IPEndpoint(address: endpoint.address, port: port))
            open.withLock { $0.append((bound, channel)) }
        } catch {
            guard let code = (error as? IOError)?.errnoCode, code == EADDRINUSE else {
                throw ApplyFailure(
                    remedy: .configurationChange,
                    reason: "ListenFailed",
                    message: "\(scheme.uppercased()) cannot listen on \(endpoint): \(error)"
                )
            }
            throw ApplyFailure(
                remedy: .retry,
                reason: "PortInUse",
                message: "the \(scheme.uppercased()) address \(endpoint) is in use: choose another with --\(scheme), "
                    + "or --\(scheme) off"
            )
        }
    }

    /// The ports that listen, in the order in which they were opened.
    var all: [Listener] { open.withLock { $0.map(\.listener) } }

    func port(_ scheme: String) -> UInt16? { all.first { $0.scheme == scheme }?.endpoint.port }

    func stop() {
        let channels = open.withLock { open in
            defer { open = [] }
            return open.map(\.channel)
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
