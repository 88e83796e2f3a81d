import GatewayClient
import NIOCore
import NIOPosix
import StatusServer
import Testing

/// What one client may take of the server, over real connections.
struct StatusServerLimitTests {
    /// Sends bytes as they are and returns what comes back until the server closes.
    private func exchange(_ request: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            // The server may close before it has taken everything.
            try? await outbound.write(ByteBuffer(string: request))
            var answer = ""
            do {
                for try await buffer in inbound { answer += String(buffer: buffer) }
            } catch is IOError {
                // A reset: the server closed with bytes of ours unread.
            }
            return answer
        }
    }

    private func get(header: String) -> String {
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(header)\r\n"
    }

    @Test("A header field may be as large as the limit, not larger")
    func headerField() async throws {
        try await withServer { _, port async throws in
            let fits = String(repeating: "a", count: StatusServerLimits.maximumHeaderFieldBytes - 100)
            #expect(try await exchange(get(header: "X-A: \(fits)\r\n"), port: port).hasPrefix("HTTP/1.1 200"))
            let large = String(repeating: "a", count: StatusServerLimits.maximumHeaderFieldBytes + 1)
            #expect(try await !exchange(get(header: "X-A: \(large)\r\n"), port: port).contains(" 200 "))
        }
    }

    @Test("All header fields together are limited, in bytes and in number")
    func headers() async throws {
        try await withServer { _, port async throws in
            let many = (0...StatusServerLimits.maximumHeaderFields).map { "X-\($0): a\r\n" }.joined()
            #expect(try await !exchange(get(header: many), port: port).contains(" 200 "))
            let field = String(repeating: "a", count: StatusServerLimits.maximumHeaderFieldBytes / 2)
            let heavy = (0..<10).map { "X-\($0): \(field)\r\n" }.joined()
            #expect(try await !exchange(get(header: heavy), port: port).contains(" 200 "))
        }
    }

    @Test("A body may be as large as the limit; beyond it the connection ends", arguments: [true, false])
    func body(chunked: Bool) async throws {
        let source = ScriptedSource()
        try await withServer(source: source) { client, port async throws in
            let fits = [UInt8](repeating: 0x61, count: StatusServerLimits.maximumBodyBytes)
            #expect(try await client.request(.post, "/-/reload", body: fits).status == 200)
            let large = String(repeating: "a", count: StatusServerLimits.maximumBodyBytes + 1)
            let framing = chunked ? "Transfer-Encoding: chunked" : "Content-Length: \(large.utf8.count)"
            let content = chunked ? "\(String(large.utf8.count, radix: 16))\r\n\(large)\r\n" : large
            let request = "POST /-/reload HTTP/1.1\r\nHost: localhost\r\n\(framing)\r\n\r\n\(content)"
            let answer = try await exchange(request, port: port)
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 413"))
            #expect(source.reloads == 1)
        }
    }

    @Test(
        "A connection that never finishes its request is closed",
        arguments: ["", "GET /healthz HTTP/1.1\r\nHost: lo"]
    )
    func idle(start: String) async throws {
        try await withServer(idleTimeout: .milliseconds(50)) { _, port async throws in
            #expect(try await exchange(start, port: port).isEmpty)
        }
    }

    @Test(
        "Bytes that are no HTTP are answered with an error and the end",
        arguments: [
            "\u{16}\u{3}\u{1}\u{2}\0", "GET\r\n\r\n", "NONSENSE / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nA B: c\r\n\r\n",
        ]
    )
    func nonsense(bytes: String) async throws {
        try await withServer { client, port async throws in
            #expect(try await !exchange(bytes, port: port).contains(" 200 "))
            #expect(try await client.request(.get, "/healthz").status == 200)
        }
    }

    @Test("Several requests on one connection are answered in order")
    func pipelined() async throws {
        try await withServer { _, port async throws in
            let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let answer = try await exchange(request + request + get(header: ""), port: port)
            #expect(answer.split(separator: "HTTP/1.1 200 OK").count == 3)
        }
    }
}
