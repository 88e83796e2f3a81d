import GatewayClient
import HeadgateTestKit
import NIOCore
import NIOPosix
import Testing

struct GatewayClientTests {
    /// What a scripted server sends once it has read a request's head.
    private enum Script {
        case answer(String)
        case answerAndStayOpen(String)
        case silence
    }

    /// Runs a server that answers one connection, which `body` has to make, and returns what it was asked.
    private func withScript(
        _ script: Script,
        onRequest: @escaping @Sendable () -> Void = {},
        _ body: @Sendable (Int) async throws -> Void
    ) async throws -> String {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let port = try #require(server.channel.localAddress?.port)
        return try await server.executeThenClose { connections in
            async let asked = Self.serve(connections, script, onRequest)
            try await body(port)
            return try await asked
        }
    }

    private static func serve(
        _ connections: NIOAsyncChannelInboundStream<NIOAsyncChannel<ByteBuffer, ByteBuffer>>,
        _ script: Script,
        _ onRequest: @Sendable () -> Void
    ) async throws -> String {
        for try await connection in connections {
            return try await connection.executeThenClose { inbound, outbound in
                var request = ""
                var hasAnswered = false
                do {
                    for try await buffer in inbound {
                        request += String(buffer: buffer)
                        guard request.contains("\r\n\r\n"), !hasAnswered else { continue }
                        hasAnswered = true
                        onRequest()
                        switch script {
                        case .answer(let text):
                            try await outbound.write(ByteBuffer(string: text))
                            return request
                        case .answerAndStayOpen(let text):
                            try await outbound.write(ByteBuffer(string: text))
                        case .silence:
                            break
                        }
                    }
                } catch is IOError {
                    // The client closed first.
                } catch is ChannelError {
                    // It did so before the answer was written.
                }
                return request
            }
        }
        return ""
    }

    private func client(_ port: Int, timeout: Duration = .seconds(120), limit: Int = 1_000) throws -> GatewayClient {
        GatewayClient(
            server: try GatewayURL("http://127.0.0.1:\(port)/prefix"),
            token: "s3cret",
            timeout: timeout,
            maximumAnswerBytes: limit
        )
    }

    @Test(
        "A request has its path, host and token; the answer its status, fields and body",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nx-a: b\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX-A: b\r\n\r\nhello",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-A: b\r\n\r\nhello",
        ]
    )
    func exchange(answer: String) async throws {
        let asked = try await withScript(.answer(answer)) { port async throws in
            let answer = try await client(port).request(.get, "/api")
            #expect(answer.status == 200)
            #expect(answer.headers["x-a"] == "b")
            #expect(answer.body == Array("hello".utf8))
        }
        #expect(asked.hasPrefix("GET /prefix/api HTTP/1.1\r\n"))
        #expect(asked.contains("\r\nHost: 127.0.0.1:"))
        #expect(asked.contains("\r\nAuthorization: Bearer s3cret\r\n"))
    }

    @Test("An answer that is whole does not wait for the connection to end")
    func keepAlive() async throws {
        _ = try await withScript(.answerAndStayOpen("HTTP/1.1 204 No Content\r\n\r\n")) { port async throws in
            #expect(try await client(port).request(.post, "/x").status == 204)
        }
    }

    @Test(
        "A server that ends too early is told from one that answers",
        arguments: [
            "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
        ]
    )
    func cutOff(answer: String) async throws {
        _ = try await withScript(.answer(answer)) { port async throws in
            await #expect(throws: GatewayClientError.self) { try await client(port).request(.get, "/") }
        }
    }

    @Test("Something else than HTTP is said to be so")
    func malformed() async throws {
        _ = try await withScript(.answerAndStayOpen("SSH-2.0-OpenSSH_9.2\r\n\r\n")) { port async throws in
            let error = await #expect(throws: GatewayClientError.self) { try await client(port).request(.get, "/") }
            #expect(error?.description.contains("does not answer like a gateway") == true)
        }
    }

    @Test("An answer may be as large as the limit, not larger")
    func limit() async throws {
        let text = "HTTP/1.1 200 OK\r\n\r\nhello"
        _ = try await withScript(.answer(text)) { port async throws in
            #expect(try await client(port, limit: 5).request(.get, "/").body.count == 5)
        }
        _ = try await withScript(.answer(text)) { port async throws in
            let error = await #expect(throws: GatewayClientError.self) {
                try await client(port, limit: 4).request(.get, "/")
            }
            #expect(error == .answerTooLarge(server: "http://127.0.0.1:\(port)/prefix", limit: 4))
        }
    }

    @Test("A server that says nothing is given up")
    func silence() async throws {
        _ = try await withScript(.silence) { port async throws in
            let error = await #expect(throws: GatewayClientError.self) {
                try await client(port, timeout: .milliseconds(500)).request(.get, "/")
            }
            #expect(error == .timedOut(server: "http://127.0.0.1:\(port)/prefix"))
        }
    }

    @Test("A cancelled request ends at once")
    func cancelled() async throws {
        let (requests, arrived) = AsyncStream<Void>.makeStream()
        _ = try await withScript(.silence, onRequest: { arrived.yield() }) { port async throws in
            let request = Task { try await client(port).request(.get, "/") }
            var iterator = requests.makeAsyncIterator()
            await iterator.next()
            request.cancel()
            await #expect(throws: CancellationError.self) { try await request.value }
        }
    }

    @Test("Nobody there is said in a sentence that helps")
    func refused() async throws {
        let refusing = try LoopbackPort()
        let port = Int(refusing.number)
        let error = await #expect(throws: GatewayClientError.self) { try await client(port).request(.get, "/") }
        #expect(
            error?.description
                == "cannot reach the gateway at http://127.0.0.1:\(port)/prefix: connection refused; "
                + "does `headgate serve` run, and is --server right?"
        )
        withExtendedLifetime(refusing) {}
    }

    // MARK: Streams of events

    private static let streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

    @Test("Events come as they are sent, behind the last one that was seen, until the gateway ends the stream")
    func events() async throws {
        let answer = Self.streamHead + ": listening\n\nid: 8\nevent: Switched\ndata: {}\n\nid: 9\ndata: x\n\nid: 10\nda"
        let asked = try await withScript(.answer(answer)) { port async throws in
            var opened = 0
            var events: [ServerSentEvent] = []
            let end = try await client(port).events("/events", after: "7", onOpen: { opened += 1 }) {
                events.append($0)
            }
            guard case .ended = end else {
                Issue.record("refused")
                return
            }
            #expect(opened == 1)
            #expect(events == [.init(id: "8", type: "Switched", data: "{}"), .init(id: "9", data: "x")])
        }
        #expect(asked.hasPrefix("GET /prefix/events HTTP/1.1\r\n"))
        #expect(asked.contains("\r\nLast-Event-ID: 7\r\n") && asked.contains("\r\nAccept: text/event-stream\r\n"))
        #expect(asked.contains("\r\nAuthorization: Bearer s3cret\r\n"))
    }

    @Test("An answer that is no stream is handed over")
    func refusedStream() async throws {
        let answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\n\r\nhello"
        _ = try await withScript(.answer(answer)) { port async throws in
            let end = try await client(port).events("/events") { _ in Issue.record("an event") }
            guard case .refused(let response) = end else {
                Issue.record("not refused")
                return
            }
            #expect(response.status == 503 && response.body == Array("hello".utf8))
        }
    }

    @Test("A stream on which nothing comes is given up")
    func silentStream() async throws {
        _ = try await withScript(.answerAndStayOpen(Self.streamHead)) { port async throws in
            do {
                _ = try await client(port).events("/events", idleTimeout: .milliseconds(200)) { _ in }
            } catch let error as GatewayClientError {
                // On a busy machine not even the head of the answer comes in time.
                #expect(error == .connectionClosed(server: "http://127.0.0.1:\(port)/prefix"))
            }
        }
    }

    @Test(
        "A server that ends before it answers, or answers with something else, is told so",
        arguments: ["", "SSH-2.0\r\n\r\n"]
    )
    func noStream(answer: String) async throws {
        _ = try await withScript(.answer(answer)) { port async throws in
            await #expect(throws: GatewayClientError.self) { _ = try await client(port).events("/events") { _ in } }
        }
    }
}
