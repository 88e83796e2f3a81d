import Testing

@testable import RTSP

@Suite("Authentication: challenges and proofs")
struct DigestTests {
    private static let mufasa = RTSPCredentials(username: "Mufasa", password: "Circle of Life")
    private static let user = RTSPCredentials(username: "user", password: "pw")

    @Test(
        "The examples of RFC 7616 §3.9.1",
        arguments: [
            (DigestAlgorithm.md5, "8ca523f5e9506fed4657c9700eebdbec"),
            (DigestAlgorithm.sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ]
    )
    func examples(_ algorithm: DigestAlgorithm, _ expected: String) {
        let response = DigestResponse(
            algorithm: algorithm,
            realm: "http-auth@example.org",
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            method: RTSPMethod(rawValue: "GET"),
            uri: "/dir/index.html",
            protection: .init(nonceCount: "00000001", clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
        )
        #expect(response.text(for: Self.mufasa) == expected)
    }

    @Test("What ffmpeg 5.1 answers, with and without qop")
    func ffmpeg() {
        var response = DigestResponse(
            algorithm: .md5,
            realm: "headgate",
            nonce: "0123456789abcdef",
            method: .announce,
            uri: "rtsp://127.0.0.1:28555/flow/in"
        )
        #expect(response.text(for: Self.user) == "d50fefc5408a8cfda7b2c5e34ed1743c")
        response.method = .describe
        response.uri = "rtsp://127.0.0.1:28556/flow/out"
        response.protection = .init(nonceCount: "00000001", clientNonce: "a52b075d2d086504")
        #expect(response.text(for: Self.user) == "3066fe15144e14e001db7425a3f9400b")
    }

    @Test(
        "Challenges of servers and cameras",
        arguments: [
            (["Basic realm=\"4419b63f5e51\""], [.basic(BasicChallenge(realm: "4419b63f5e51"))]),
            (["basic"], [.basic(BasicChallenge(realm: ""))]),
            (
                ["Digest realm=\"4419b63f5e51\", nonce=\"8b84\", stale=\"FALSE\""],
                [.digest(DigestChallenge(realm: "4419b63f5e51", nonce: "8b84", algorithm: .md5, namesAlgorithm: false))]
            ),
            (
                [
                    "Digest realm=\"Please log in, with \\\"a\\\" name\",nonce=\"75\",opaque=\"\",stale=TRUE,algorithm=md5"
                ],
                [
                    .digest(
                        DigestChallenge(
                            realm: "Please log in, with \"a\" name",
                            nonce: "75",
                            algorithm: .md5,
                            opaque: "",
                            isStale: true
                        )
                    )
                ]
            ),
            (
                ["Digest  realm=IPC,nonce=n,qop=\"auth-int, auth\",algorithm=\"SHA-256\""],
                [.digest(DigestChallenge(realm: "IPC", nonce: "n", algorithm: .sha256, wantsProtection: true))]
            ),
            // Several, in several headers and in one
            (
                ["Digest realm=\"a\", nonce=\"b\", Basic realm=\"c\"", "Digest nonce=\"d\", algorithm=\"\""],
                [
                    .digest(DigestChallenge(realm: "a", nonce: "b", algorithm: .md5, namesAlgorithm: false)),
                    .basic(BasicChallenge(realm: "c")),
                    .digest(DigestChallenge(realm: "", nonce: "d", algorithm: .md5, namesAlgorithm: false)),
                ]
            ),
            // Of no use
            (
                [
                    "Digest realm=\"a\"", "Digest nonce=\"b\", algorithm=SHA-512-256",
                    "Digest nonce=\"b\", algorithm=MD5-sess",
                    "Digest nonce=\"b\", qop=\"auth-int\"", "Negotiate", "Bearer realm=\"x\"", "", ",,", "=",
                    "realm=\"x\"",
                ], []
            ),
        ] as [([String], [AuthenticationChallenge])]
    )
    func challenges(_ values: [String], _ expected: [AuthenticationChallenge]) {
        #expect(AuthenticationChallenge.list(values) == expected)
    }

    @Test("A challenge begins as live555 looks for it, and is read as it is written")
    func writing() {
        let challenge = DigestChallenge(
            realm: "a",
            nonce: "b",
            algorithm: .sha256,
            opaque: "c\"d",
            isStale: true,
            wantsProtection: true
        )
        #expect(
            challenge.description
                == "Digest realm=\"a\", nonce=\"b\", stale=TRUE, opaque=\"c\\\"d\", algorithm=SHA-256, qop=\"auth\""
        )
        #expect(AuthenticationChallenge.list([challenge.description]) == [.digest(challenge)])
        #expect(
            AuthenticationChallenge.list([BasicChallenge(realm: "x y").description]) == [
                .basic(BasicChallenge(realm: "x y"))
            ]
        )
    }

    @Test("No way of describing credentials shows them")
    func redaction() {
        let secret = RTSPCredentials(username: "secret", password: "secret")
        let client = RTSPClientAuthenticator(credentials: secret, seed: [1])
        var dumped = ""
        dump(secret, to: &dumped)
        dump(client, to: &dumped)
        dump(RTSPServerAuthenticator(seed: Array("secret".utf8)), to: &dumped)
        dump([Optional(secret)], to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\(client)", "\(Optional(secret) as Any)", dumped] {
            #expect(!text.contains("secret"))
        }
    }
}
