import FlowPlanner
import Foundation
import GatewayClient
import HeadgateTestKit
import NIOCore
import NIOPosix
import StatusServer
import Testing

@Suite("Plans over HTTP")
struct PlanRouteTests {
    private static let request = PlanRequest(
        scope: .folder,
        files: [.init(path: "next/a.yaml", location: "a.yaml", bytes: [0x61, 0xff, 0x00])]
    )

    private func body(_ request: PlanRequest = Self.request) throws -> [UInt8] {
        try PlanRequestBody(request).encoded()
    }

    @Test("Files arrive byte by byte, and the answer is the plan")
    func plan() async throws {
        let source = ScriptedSource()
        try await withServer(source: source) { client, _ async throws in
            let answer = try await client.request(.post, "/api/v1/plan", body: try body())
            #expect(answer.status == 200)
            let plan = try JSONDecoder().decode(PlanPreview.self, from: Data(answer.body))
            #expect(plan.changes.map(\.action) == [.restartInput])
            #expect(source.planned == [Self.request])
        }
    }

    @Test(
        "What is no request is said to be none",
        arguments: [
            "", "null", "{", "[]", #"{"scope":"all","files":[]}"#, #"{"scope":"file","files":[]}"#,
            #"{"scope":"folder","files":[{"path":"a","location":"a","content":"*"}]}"#,
            #"{"scope":"folder","files":[{"path":"\#(String(repeating: "a", count: 5_000))","location":"","content":""}]}"#,
            String(repeating: "[", count: 100_000),
        ]
    )
    func malformed(_ text: String) async throws {
        let source = ScriptedSource()
        try await withServer(source: source) { client, _ async throws in
            #expect(try await client.request(.post, "/api/v1/plan", body: Array(text.utf8)).status == 400)
            #expect(source.planned.isEmpty)
        }
    }

    @Test("Too many files are refused")
    func tooMany() async throws {
        let file = PlanRequest.File(path: "a", location: "a", bytes: [])
        let files = [PlanRequest.File](repeating: file, count: StatusServerLimits.maximumPlanFiles + 1)
        try await withServer { client, _ async throws in
            let answer = try await client.request(
                .post,
                "/api/v1/plan",
                body: try body(PlanRequest(scope: .folder, files: files))
            )
            #expect(answer.status == 400)
        }
    }

    @Test("Who shows no token is not let in before the body is read")
    func unauthorized() async throws {
        let source = ScriptedSource()
        try await withServer(source: source, token: .fixed("s3cret")) { client, port async throws in
            let head = "POST /api/v1/plan HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
            #expect(try await Self.answer(to: head, port: port).hasPrefix("HTTP/1.1 401"))
            #expect(source.planned.isEmpty)
        }
        try await withServer(source: source, token: .fixed("s3cret"), clientToken: "s3cret") { client, _ async throws in
            #expect(try await client.request(.post, "/api/v1/plan", body: try body()).status == 200)
        }
    }

    @Test("Another site's page gets nothing, nor does a name that was rebound", arguments: ["Origin", "Host"])
    func otherSite(header: String) async throws {
        try await withServer { client, _ async throws in
            let value = header == "Origin" ? "http://evil.example" : "evil.example"
            let answer = try await client.request(.post, "/api/v1/plan", headers: [(header, value)], body: try body())
            #expect(answer.status == 403)
        }
    }

    @Test("It is only posted to")
    func method() async throws {
        try await withServer { client, _ async throws in
            let answer = try await client.request(.get, "/api/v1/plan")
            #expect(answer.status == 405 && answer.headers["allow"] == "POST")
        }
    }

    @Test("A body beyond the limit is refused, and one that stays half away takes no slot for ever")
    func tooLarge() async throws {
        let source = ScriptedSource()
        try await withServer(source: source) { client, port async throws in
            let size = StatusServerLimits.maximumPlanBytes + 1
            let head = "POST /api/v1/plan HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(size)\r\n\r\n"
            let answer = try await Self.answer(to: head + String(repeating: " ", count: size), port: port)
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 413"))
            #expect(source.planned.isEmpty)
            #expect(try await client.request(.post, "/api/v1/plan", body: try body()).status == 200)
        }
    }

    @Test("More plans at a time than there are slots are told to come again")
    func slots() async throws {
        try await withServer { client, port async throws in
            let head = "POST /api/v1/plan HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n"
            var waiting: [any Channel] = []
            for _ in 0..<StatusServerLimits.maximumConcurrentPlans {
                let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connect(host: "127.0.0.1", port: port).get()
                try await channel.writeAndFlush(ByteBuffer(string: head))
                waiting.append(channel)
            }
            try await eventually("all slots are taken") {
                try await client.request(.post, "/api/v1/plan", body: try body()).status == 503
            }
            for channel in waiting { try await channel.close() }
            try await eventually("the slots are free again") {
                try await client.request(.post, "/api/v1/plan", body: try body()).status == 200
            }
        }
    }

    /// Sends bytes and returns what comes back until the server closes.
    private static func answer(to request: String, port: Int) async throws -> String {
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
}
