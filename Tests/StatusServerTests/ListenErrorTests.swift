import NIOCore
import NIOPosix
import StatusServer
import Testing

struct ListenErrorTests {
    private func failure(host: String, port: Int) async -> (any Error)? {
        let server = StatusServer(
            configuration: StatusServerConfiguration(host: host, port: port, insecure: true),
            source: ScriptedSource(),
            events: EventHistory { 0 },
            logger: silentLogger
        )
        do {
            try await server.run()
            return nil
        } catch {
            return error
        }
    }

    @Test("A port in use is told in one sentence that says what to do", arguments: ["127.0.0.1", "::1"])
    func portInUse(host: String) async throws {
        let other = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: host, port: 0).get()
        let port = try #require(other.localAddress?.port)
        let error = try #require(await failure(host: host, port: port) as? ListenError)
        let shown = host.contains(":") ? "[\(host)]" : host
        #expect(
            error.description
                == "the address \(shown):\(port) is in use: another program listens there; choose another with --http"
        )
        try await other.close()
    }

    @Test("An address of another machine is told as that")
    func foreignAddress() async throws {
        let error = try #require(await failure(host: "192.0.2.1", port: 0) as? ListenError)
        #expect(error.description.contains("192.0.2.1:0 is not one of this machine"))
    }
}
