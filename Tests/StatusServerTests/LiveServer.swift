import GatewayClient
import Logging
import NIOCore
import NIOPosix
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

/// What comes back for one request on a connection of its own.
///
/// - Parameters:
///   - end: what the answer is read to; to its end when left out.
///   - start: what shows that a stream has begun; then `onStart` is called.
func rawAnswer(
    _ path: String,
    port: Int,
    headers: [String] = [],
    until end: String? = nil,
    begins start: String? = nil,
    onStart: (@Sendable () -> Void)? = nil
) async throws -> String {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        let lines = ["GET \(path) HTTP/1.1", "Host: localhost", "Connection: close"] + headers
        try await outbound.write(ByteBuffer(string: lines.joined(separator: "\r\n") + "\r\n\r\n"))
        var text = ""
        var hasStarted = false
        for try await buffer in inbound {
            text += String(buffer: buffer)
            if !hasStarted, let start, text.contains(start) {
                hasStarted = true
                onStart?()
            }
            if let end, text.contains(end), text.hasSuffix("\n\n\r\n") { break }
        }
        return text
    }
}
