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
        let stuck = try await StuckClient.connect(port: port, path: "/api/v1/flows")
        await group.triggerGracefulShutdown()
        try await ended
        try await idle.closeFuture.get()
        try await stuck.close()
    }
}
