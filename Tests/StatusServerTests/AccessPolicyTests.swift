import Testing

@testable import StatusServer

struct AccessPolicyTests {
    @Test(
        "Listening on loopback needs nothing",
        arguments: ["127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost", "LOCALHOST", "gw.localhost", "localhost."]
    )
    func loopback(host: String) throws {
        try AccessPolicy.check(host: host, token: nil, insecure: false)
    }

    @Test(
        "Listening for others needs a token or insistence",
        arguments: [
            "0.0.0.0", "::", "192.0.2.1", "gw.example", "", "127.0.0.1.example", "localhost.example", "128.0.0.1",
        ]
    )
    func others(host: String) throws {
        let error = #expect(throws: AccessPolicy.StartError.self) {
            try AccessPolicy.check(host: host, token: nil, insecure: false)
        }
        #expect(error?.description.contains("--http-token-file") == true)
        try AccessPolicy.check(host: host, token: .fixed("s3cret"), insecure: false)
        try AccessPolicy.check(host: host, token: nil, insecure: true)
    }

    @Test("A token that cannot be read keeps the server from starting, even on loopback")
    func unreadableToken() {
        #expect(throws: AccessPolicy.StartError.self) {
            try AccessPolicy.check(host: "127.0.0.1", token: .file("/nonexistent/token"), insecure: true)
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var head: AccessPolicy.Head
        var token: String?
        var checkHost = false
        var verdict: Outcome

        enum Outcome { case allow, unauthorized, forbid }

        init(
            _ description: String,
            _ verdict: Outcome,
            authority: String? = "127.0.0.1:8080",
            origin: String? = nil,
            authorization: String? = nil,
            post: Bool = false,
            probe: Bool = false,
            token: String? = nil,
            checkHost: Bool = false
        ) {
            testDescription = description
            head = AccessPolicy.Head(
                authority: authority,
                origin: origin,
                authorization: authorization,
                isPosted: post,
                isProbe: probe
            )
            self.token = token
            self.checkHost = checkHost
            self.verdict = verdict
        }
    }

    @Test(
        "Who may ask for what",
        arguments: [
            Case("no token asked for", .allow),
            Case("the right token", .allow, authorization: "Bearer s3cret", token: "s3cret"),
            Case("the scheme in another case", .allow, authorization: "bearer s3cret", token: "s3cret"),
            Case("no token shown", .unauthorized, token: "s3cret"),
            Case("a wrong token", .unauthorized, authorization: "Bearer s3creT", token: "s3cret"),
            Case("a longer token", .unauthorized, authorization: "Bearer s3cret2", token: "s3cret"),
            Case("an empty token", .unauthorized, authorization: "Bearer ", token: "s3cret"),
            Case("another scheme", .unauthorized, authorization: "Basic s3cret", token: "s3cret"),
            Case("a probe without a token", .allow, probe: true, token: "s3cret"),
            Case("a probe under any name", .allow, authority: "pod-7.example", probe: true, checkHost: true),
            Case("localhost", .allow, authority: "localhost:8080", checkHost: true),
            Case("localhost without a port", .allow, authority: "localhost", checkHost: true),
            Case("IPv6 loopback", .allow, authority: "[::1]:8080", checkHost: true),
            Case("a rebound name", .forbid, authority: "evil.example:8080", checkHost: true),
            Case("another address", .forbid, authority: "192.0.2.1", checkHost: true),
            Case("no host", .forbid, authority: nil, checkHost: true),
            Case("a host that only starts well", .forbid, authority: "127.0.0.1:8080@evil.example", checkHost: true),
            Case("brackets that do not close", .forbid, authority: "[::1", checkHost: true),
            Case("a port that is none", .forbid, authority: "localhost:80a", checkHost: true),
            Case("a change from our own page", .allow, origin: "http://127.0.0.1:8080", post: true),
            Case("a change from another site", .forbid, origin: "http://evil.example", post: true),
            Case("a change from another port", .forbid, origin: "http://127.0.0.1:9999", post: true),
            Case("a change from a sandboxed page", .forbid, origin: "null", post: true),
            Case("a change without an origin, as curl sends it", .allow, post: true),
            Case("reading from another site, which browsers hide", .allow, origin: "http://evil.example"),
        ]
    )
    func verdict(_ example: Case) {
        let verdict = AccessPolicy.verdict(example.head, token: example.token, checkHost: example.checkHost)
        switch verdict {
        case .allow: #expect(example.verdict == .allow)
        case .unauthorized: #expect(example.verdict == .unauthorized)
        case .forbid: #expect(example.verdict == .forbid)
        }
    }

    @Test("Tokens are compared as a whole")
    func comparison() {
        #expect(AccessPolicy.isEqualInConstantTime("abc", "abc"))
        #expect(!AccessPolicy.isEqualInConstantTime("abc", "abd"))
        #expect(!AccessPolicy.isEqualInConstantTime("abc", "abcd"))
        #expect(!AccessPolicy.isEqualInConstantTime("", "a"))
    }
}
