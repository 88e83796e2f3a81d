import GatewayClient
import NIOCore
import NIOPosix
import ServiceLifecycle
import StatusServer
import Synchronization
import Testing

struct HLSRouteTests {
    /// Answers by name, and keeps what it was asked.
    private final class ScriptedHLS: HLSSource {
        static let pieces = [ByteBuffer(string: "first "), ByteBuffer(string: "second")]
        let asked = Mutex<[String]>([])
        let waiting = Atomic(0)

        func answer(_ name: String, query: String, ofFlow flow: String, to client: String) async -> HLSSourceAnswer {
            asked.withLock { $0.append("\(flow) \(name) \(query) \(client)") }
            switch name {
            case "1.ts":
                return .content(Self.pieces, contentType: "video/mp2t", cacheControl: "max-age=3600, immutable")
            case "large.ts":
                let pieces = (0..<64).map { _ in ByteBuffer(repeating: 0, count: 1 << 20) }
                return .content(pieces, contentType: "video/mp2t", cacheControl: "no-cache")
            case "bad": return .badRequest
            case "later":
                waiting.add(1, ordering: .relaxed)
                try? await Task.sleep(for: .seconds(3_600))
                return .unavailable
            case "never": return .unavailable
            default: return .notFound
            }
        }
    }

    @Test("A segment comes with its type, and with what may be kept of it; nobody else's page may have it")
    func content() async throws {
        let hls = ScriptedHLS()
        try await withServer(hls: hls) { client, port async throws in
            let origin = [(name: "Origin", value: "http://evil.example")]
            let answer = try await client.request(.get, "/hls/live/1.ts", headers: origin)
            #expect(answer.status == 200)
            #expect(String(decoding: answer.body, as: UTF8.self) == "first second")
            #expect(answer.headers["content-type"] == "video/mp2t")
            #expect(answer.headers["content-length"] == "12")
            #expect(answer.headers["cache-control"] == "max-age=3600, immutable")
            #expect(answer.headers["access-control-allow-origin"] == nil)
            #expect(answer.headers["cross-origin-resource-policy"] == "same-origin")
            let head = try await client.request(.head, "/hls/live/1.ts")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.headers["content-length"] == "12")
        }
    }

    @Test("What is asked for reaches the source as it came")
    func requests() async throws {
        let hls = ScriptedHLS()
        try await withServer(hls: hls) { client, _ async throws in
            #expect(try await client.request(.get, "/hls/a-1/live.m3u8?_HLS_msn=7&_HLS_part=2").status == 404)
            #expect(try await client.request(.get, "/hls/a/..%2fx?").status == 404)
            #expect(try await client.request(.get, "/hls/a/bad").status == 400)
            let unavailable = try await client.request(.get, "/hls/a/never")
            #expect(unavailable.status == 503)
            #expect(unavailable.headers["cache-control"] == "no-store")
            #expect(
                hls.asked.withLock { $0 } == [
                    "a-1 live.m3u8 _HLS_msn=7&_HLS_part=2 127.0.0.1", "a ..%2fx  127.0.0.1", "a bad  127.0.0.1",
                    "a never  127.0.0.1",
                ]
            )
            for path in ["/hls", "/hls/", "/hls/a", "/hls/a/", "/hls//1.ts", "/hls/a/b/1.ts", "/hls/a/1.ts/"] {
                #expect(try await client.request(.get, path).status == 404, "\(path)")
            }
            #expect(try await client.request(.post, "/hls/a/1.ts").status == 405)
            #expect(hls.asked.withLock { $0.count } == 4)
        }
    }

    @Test("Who may not see the status may not see the stream")
    func access() async throws {
        let hls = ScriptedHLS()
        try await withServer(hls: hls, token: .fixed("s3cret"), host: "0.0.0.0") { client, port async throws in
            #expect(try await client.request(.get, "/hls/live/1.ts").status == 401)
            let friend = GatewayClient(server: try GatewayURL("http://127.0.0.1:\(port)"), token: "s3cret")
            #expect(try await friend.request(.get, "/hls/live/1.ts").status == 200)
        }
        try await withServer(hls: hls) { client, _ async throws in
            let rebound = [(name: "Host", value: "evil.example")]
            #expect(try await client.request(.get, "/hls/live/1.ts", headers: rebound).status == 403)
        }
        try await withServer(hls: hls, host: "0.0.0.0", insecure: true) { client, _ async throws in
            let named = [(name: "Host", value: "gw.example")]
            #expect(try await client.request(.get, "/hls/live/1.ts", headers: named).status == 200)
        }
    }

    @Test("A client that does not take a segment is cut, so that it keeps no memory")
    func stuck() async throws {
        try await withServer(hls: ScriptedHLS(), deliveryTimeout: .milliseconds(50)) { _, port async throws in
            let stuck = try await StuckClient.connect(port: port, path: "/hls/live/large.ts")
            // A closed socket answers what comes with a reset.
            while stuck.isActive {
                try? await stuck.writeAndFlush(ByteBuffer(string: "x"))
                try await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    @Test("Requests that are held do not hold a shutdown")
    func shutdown() async throws {
        struct ServerService: Service {
            let server: StatusServer
            func run() async throws { try await server.run() }
        }
        let hls = ScriptedHLS()
        let (ports, portFound) = AsyncStream<Int>.makeStream()
        let server = StatusServer(
            configuration: StatusServerConfiguration(port: 0, drainTimeout: .seconds(3_600)),
            source: ScriptedSource(),
            hls: hls,
            events: EventHistory { 0 },
            logger: silentLogger,
            onListening: { portFound.yield($0) }
        )
        let group = ServiceGroup(services: [ServerService(server: server)], logger: silentLogger)
        async let ended: Void = group.run()
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        let client = GatewayClient(server: try GatewayURL("http://127.0.0.1:\(port)"), timeout: .seconds(120))
        async let answer = client.request(.get, "/hls/live/later")
        while hls.waiting.load(ordering: .relaxed) == 0 { await Task.yield() }
        await group.triggerGracefulShutdown()
        #expect(try await answer.status == 503)
        try await ended
    }
}
