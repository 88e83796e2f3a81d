import FlowModel
import NIOCore
import NIOPosix
import ServiceLifecycle
import StatusServer
import Testing

struct StatusServerShutdownTests {
    private struct ServerService: Service {
        let server: StatusServer
        func run() async throws { try await server.run() }
    }

    /// Sends a request, waits until its answer begins, and reads no further.
    private func stuckClient(port: Int) async throws -> any Channel {
        final class FirstRead: ChannelInboundHandler {
            typealias InboundIn = ByteBuffer
            private let answered: EventLoopPromise<Void>
            init(_ answered: EventLoopPromise<Void>) { self.answered = answered }
            func channelRead(context: ChannelHandlerContext, data: NIOAny) {
                answered.succeed()
                context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
            }
            func channelInactive(context: ChannelHandlerContext) { answered.fail(ChannelError.eof) }
        }
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let answered = loop.makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FirstRead(answered))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let request = "GET /api/v1/flows HTTP/1.1\r\nHost: localhost\r\n\r\n"
        try await channel.writeAndFlush(ByteBuffer(string: request))
        try await answered.futureResult.get()
        return channel
    }

    @Test("A graceful shutdown ends it, with idle connections and with clients that do not take their answers")
    func graceful() async throws {
        var flow = SampleStatus.fullFlow
        // More than the sockets between server and client hold.
        flow.description = String(repeating: "x", count: 16 * 1024 * 1024)
        let (ports, portFound) = AsyncStream<Int>.makeStream()
        let server = StatusServer(
            configuration: StatusServerConfiguration(port: 0, drainTimeout: .milliseconds(50)),
            source: ScriptedSource(SampleStatus.gateway([flow])),
            events: EventHistory { 0 },
            logger: silentLogger,
            onListening: { portFound.yield($0) }
        )
        let group = ServiceGroup(services: [ServerService(server: server)], logger: silentLogger)
        async let ended: Void = group.run()
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        let idle = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port).get()
        let stuck = try await stuckClient(port: port)
        await group.triggerGracefulShutdown()
        try await ended
        try await idle.closeFuture.get()
        try await stuck.close()
    }
}
