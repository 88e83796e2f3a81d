import FlowModel
import Foundation
import GatewayClient
import StatusServer
import Testing

struct StatusServerTests {
    @Test("The flows, one flow and the whole status are served as JSON")
    func documents() async throws {
        try await withServer { client, _ async throws in
            let list = try await client.request(.get, "/api/v1/flows")
            #expect(list.status == 200)
            #expect(list.headers["content-type"] == "application/json; charset=utf-8")
            #expect(list.headers["cache-control"] == "no-store")
            #expect(list.headers["x-content-type-options"] == "nosniff")
            let flows = try JSONDecoder().decode(FlowList.self, from: Data(list.body)).flows
            #expect(flows == SampleStatus.gateway().flows)

            let one = try await client.request(.get, "/api/v1/flows/stadium-a?pretty")
            #expect(try JSONDecoder().decode(FlowStatus.self, from: Data(one.body)) == SampleStatus.fullFlow)

            let all = try await client.request(.get, "/api/v1/status")
            #expect(try JSONDecoder().decode(GatewayStatus.self, from: Data(all.body)) == SampleStatus.gateway())
        }
    }

    @Test(
        "What does not exist is said as JSON",
        arguments: [
            "/nowhere", "/page/", "/page/nothing.js", "/page/index.html", "/page/../Package.swift",
            "/api/v1/flows/nobody/history", "/api/v1/flows/stadium-a/past", "/api/v1/flows/nobody", "/api/v1/flows/",
            "/api/v1/flows/a/b", "/api/v1/flows/..%2f..", "/metrics/",
            "//", "/hls/a/index.m3u8",
        ]
    )
    func missing(path: String) async throws {
        try await withServer { client, _ async throws in
            let answer = try await client.request(.get, path)
            #expect(answer.status == 404)
            struct Body: Decodable { var error: String }
            #expect(try !JSONDecoder().decode(Body.self, from: Data(answer.body)).error.isEmpty)
        }
    }

    @Test("What is no path names the paths there are")
    func paths() async throws {
        try await withServer { client, _ async throws in
            struct Body: Decodable { var paths: [String] }
            let answer = try await client.request(.get, "/nowhere")
            #expect(try JSONDecoder().decode(Body.self, from: Data(answer.body)).paths.contains("/metrics"))
        }
    }

    @Test("HEAD has the length and no body", arguments: ["/api/v1/flows", "/metrics", "/healthz"])
    func head(path: String) async throws {
        // Both come within one snapshot's lifetime or of equal snapshots, so the lengths agree.
        try await withServer { client, _ async throws in
            let get = try await client.request(.get, path)
            let head = try await client.request(.head, path)
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.headers["content-length"] == "\(get.body.count)")
        }
    }

    @Test(
        "A wrong method is told the right ones",
        arguments: [
            (GatewayClient.Method.post, "/api/v1/flows", "GET, HEAD"),
            (.delete, "/api/v1/flows/stadium-a", "GET, HEAD"),
            (.put, "/metrics", "GET, HEAD"), (.get, "/-/reload", "POST"), (.head, "/-/reload", "POST"),
        ]
    )
    func methods(method: GatewayClient.Method, path: String, allow: String) async throws {
        try await withServer { client, _ async throws in
            let answer = try await client.request(method, path)
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == allow)
        }
    }

    @Test("Metrics are OpenMetrics to the end for who asks for it, and Prometheus' text for others")
    func metrics() async throws {
        try await withServer { client, _ async throws in
            let plain = try await client.request(.get, "/metrics")
            #expect(plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let answer = try await client.request(
                .get,
                "/metrics",
                headers: [("Accept", "application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1")]
            )
            #expect(answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
            #expect(String(decoding: answer.body, as: UTF8.self).hasSuffix("\n# EOF\n"))
        }
    }

    @Test("Health is unconditional; readiness follows the gateway and says what is missing")
    func probes() async throws {
        let source = ScriptedSource(SampleStatus.gateway(ready: false))
        try await withServer(source: source) { client, _ async throws in
            #expect(try await client.request(.get, "/healthz").status == 200)
            let waiting = try await client.request(.get, "/readyz")
            #expect(waiting.status == 503)
            #expect(String(decoding: waiting.body, as: UTF8.self).contains("have not been read yet"))
            var status = SampleStatus.gateway(ready: false)
            status.reconcile.passes = 1
            source.set(status)
            _ = try await client.request(.post, "/-/reload")
            let partly = try await client.request(.get, "/readyz")
            #expect(String(decoding: partly.body, as: UTF8.self).contains("2 of 3 flows are not ready"))
            source.set(SampleStatus.gateway(ready: true))
            _ = try await client.request(.post, "/-/reload")
            #expect(try await client.request(.get, "/readyz").status == 200)
        }
    }

    @Test("A reload answers after the pass with how it went")
    func reload() async throws {
        let source = ScriptedSource()
        try await withServer(source: source) { client, _ async throws in
            let answer = try await client.request(.post, "/-/reload")
            #expect(answer.status == 200)
            let result = try JSONDecoder().decode(ReloadResult.self, from: Data(answer.body))
            #expect(result.reconcile.passes == 1)
            #expect(result.files == 3)
            #expect(source.reloads == 1)
        }
    }

    @Test("With a token only the probes and the page, which asks for it, answer those who do not show it")
    func token() async throws {
        try await withServer(token: .fixed("s3cret"), host: "0.0.0.0") { client, port async throws in
            let closed = [
                "/api/v1/flows", "/api/v1/flows/stadium-a", "/api/v1/flows/stadium-a/history", "/api/v1/history",
                "/api/v1/status", "/api/v1/stream", "/api/v1/addresses", "/api/v1/events", "/metrics", "/nowhere",
            ]
            for path in closed {
                let answer = try await client.request(.get, path)
                #expect(answer.status == 401)
                #expect(answer.headers["www-authenticate"] == "Bearer realm=\"headgate\"")
            }
            #expect(try await client.request(.post, "/-/reload").status == 401)
            #expect(try await client.request(.get, "/healthz").status == 200)
            #expect(try await client.request(.get, "/readyz").status == 200)
            #expect(try await client.request(.get, "/").status == 200)
            #expect(try await client.request(.get, "/page/main.js").status == 200)
            let url = try GatewayURL("http://127.0.0.1:\(port)")
            let friend = GatewayClient(server: url, token: "s3cret", timeout: .seconds(120))
            #expect(try await friend.request(.get, "/metrics").status == 200)
            #expect(try await friend.request(.get, "/metrics", headers: [("Host", "gw.example")]).status == 200)
        }
    }

    @Test("When the token file goes, nobody is let in")
    func tokenFileGone() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("token-\(UUID().uuidString)").path
        try Data("s3cret\n".utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await withServer(token: .file(path), clientToken: "s3cret") { client, _ async throws in
            #expect(try await client.request(.get, "/metrics").status == 200)
            try FileManager.default.removeItem(atPath: path)
            #expect(try await client.request(.get, "/metrics").status == 401)
        }
    }

    @Test("On loopback another site can neither read through a rebound name nor reload")
    func browsers() async throws {
        let source = ScriptedSource()
        try await withServer(source: source) { client, port async throws in
            #expect(try await client.request(.get, "/api/v1/flows", headers: [("Host", "evil.example")]).status == 403)
            #expect(try await client.request(.get, "/api/v1/flows", headers: [("Host", "localhost:1")]).status == 200)
            let evil = [(name: "Origin", value: "http://evil.example")]
            #expect(try await client.request(.post, "/-/reload", headers: evil).status == 403)
            #expect(source.reloads == 0)
            let own = [(name: "Origin", value: "http://127.0.0.1:\(port)")]
            #expect(try await client.request(.post, "/-/reload", headers: own).status == 200)
        }
    }

    @Test("Insisting opens it to every name")
    func insecure() async throws {
        try await withServer(host: "0.0.0.0", insecure: true) { client, _ async throws in
            #expect(try await client.request(.get, "/api/v1/flows", headers: [("Host", "gw.example")]).status == 200)
        }
    }

    @Test("Without a token or insistence it does not start beyond loopback")
    func refusesToStart() async {
        await #expect(throws: AccessPolicy.StartError.self) {
            try await withServer(host: "0.0.0.0") { _, _ in Issue.record("it started") }
        }
    }

    @Test("A port in use is an error, not a hang")
    func portInUse() async throws {
        try await withServer { _, port async throws in
            let second = StatusServer(
                configuration: StatusServerConfiguration(port: port),
                source: ScriptedSource(),
                events: EventHistory { 0 },
                logger: silentLogger
            )
            await #expect(throws: (any Error).self) { try await second.run() }
        }
    }
}
