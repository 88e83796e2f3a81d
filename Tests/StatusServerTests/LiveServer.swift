import GatewayClient
import Logging
import StatusServer

/// Runs a server on a free port for as long as `body` takes.
func withServer(
    source: any StatusSource = ScriptedSource(),
    hls: (any HLSSource)? = nil,
    events: EventHistory = EventHistory { 0 },
    token: BearerToken? = nil,
    host: String = "127.0.0.1",
    insecure: Bool = false,
    idleTimeout: Duration = .seconds(30),
    deliveryTimeout: Duration = .seconds(60),
    clientToken: String? = nil,
    _ body: @escaping @Sendable (_ client: GatewayClient, _ port: Int) async throws -> Void
) async throws {
    let (ports, portFound) = AsyncStream<Int>.makeStream()
    let server = StatusServer(
        configuration: StatusServerConfiguration(
            host: host,
            port: 0,
            token: token,
            insecure: insecure,
            idleTimeout: idleTimeout,
            deliveryTimeout: deliveryTimeout
        ),
        source: source,
        hls: hls,
        events: events,
        logger: silentLogger,
        onListening: { portFound.yield($0) }
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { portFound.finish() }
            try await server.run()
        }
        for await port in ports {
            let url = try GatewayURL("http://127.0.0.1:\(port)")
            do {
                try await body(GatewayClient(server: url, token: clientToken, timeout: .seconds(120)), port)
            } catch {
                group.cancelAll()
                throw error
            }
            break
        }
        group.cancelAll()
        try await group.waitForAll()
    }
}

let silentLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
