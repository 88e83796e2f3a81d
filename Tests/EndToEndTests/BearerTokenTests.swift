import HeadgateTestKit
import Testing

@Suite("A gateway with a bearer token", .shared)
struct BearerTokenTests {
    @Test("The API and the metrics ask for the token, which may be changed while the gateway runs; the probes do not")
    func token() async throws {
        let secrets = try TemporaryDirectory()
        try secrets.write("first-token-of-the-gateway\n", to: "token")
        let gateway = try await GatewayProcess.start(
            ["a.yaml": FlowText.srtInput("a", port: FreePorts.next())],
            arguments: ["--http-token-file", secrets.path("token")]
        )
        func status(_ path: String, _ authorization: String?) throws -> Int {
            let headers = authorization.map { ["Authorization": $0] } ?? [:]
            return try HTTPRequest.send("GET", path, port: gateway.httpPort, headers: headers).status
        }
        let paths = ["/api/v1/flows", "/api/v1/flows/a", "/api/v1/status", "/metrics"]
        for path in paths {
            #expect(try status(path, nil) == 401, "\(path)")
            #expect(try status(path, "Bearer another-token-altogether") == 401, "\(path)")
            #expect(try status(path, "Basic first-token-of-the-gateway") == 401, "\(path)")
            #expect(try status(path, "Bearer first-token-of-the-gateway") == 200, "\(path)")
        }
        #expect(try gateway.post("/-/reload").status == 401)
        #expect(try status("/healthz", nil) == 200)
        #expect(try status("/readyz", nil) == 200)

        try secrets.write("second-token-of-the-gateway\n", to: "token")
        try await eventually("the new token is taken") {
            try status("/metrics", "Bearer second-token-of-the-gateway") == 200
        }
        #expect(try status("/metrics", "Bearer first-token-of-the-gateway") == 401)
        #expect(!gateway.log.contains("token-of-the-gateway"))
    }
}
