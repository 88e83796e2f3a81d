import Testing

@testable import RTSP

@Suite("Authentication: client")
struct ClientAuthenticatorTests {
    private static let user = RTSPCredentials(username: "us\"er", password: "pw")
    private static let uri = "rtsp://h/a"

    private func authenticator() -> RTSPClientAuthenticator {
        RTSPClientAuthenticator(credentials: Self.user, seed: Array(0..<16))
    }

    @Test("Nothing is proved before somebody asks")
    func unasked() {
        var client = authenticator()
        #expect(client.authorization(for: .options, uri: Self.uri) == nil)
    }

    @Test(
        "The strongest that is offered is taken, in whatever order",
        arguments: [
            (["Basic realm=\"a\""], true, "Basic dXMiZXI6cHc="),
            (["Basic realm=\"a\""], false, nil),
            (["Basic realm=\"a\"", "Digest realm=\"a\", nonce=\"b\""], true, "Digest"),
            (
                [
                    "Digest realm=\"a\", nonce=\"b\"", "Digest realm=\"a\", nonce=\"b\", algorithm=SHA-256",
                    "Basic realm=\"a\"",
                ], true, "algorithm=SHA-256"
            ),
            (
                ["Digest realm=\"a\", nonce=\"b\", algorithm=SHA-256, Digest realm=\"a\", nonce=\"b\""], true,
                "algorithm=SHA-256"
            ),
            (["Digest realm=\"a\", nonce=\"b\", algorithm=MD5-sess", "Basic realm=\"a\""], true, "Basic dXMiZXI6cHc="),
            (["Negotiate"], true, nil), ([], true, nil),
        ] as [([String], Bool, String?)]
    )
    func choice(_ values: [String], _ allowsBasic: Bool, _ part: String?) {
        var client = authenticator()
        let taken = client.challenged(by: values, allowsBasic: allowsBasic)
        let proof = client.authorization(for: .describe, uri: Self.uri)
        #expect((taken == nil) == (part == nil))
        #expect((proof == nil) == (part == nil))
        if let part { #expect(proof?.contains(part) == true) }
    }

    @Test("To a challenge without qop and algorithm goes what all cameras know")
    func plain() {
        var client = authenticator()
        client.challenged(by: ["Digest realm=\"r\", nonce=\"n\""], allowsBasic: false)
        let proof = client.authorization(for: .play, uri: Self.uri)
        let response = DigestResponse(algorithm: .md5, realm: "r", nonce: "n", method: .play, uri: Self.uri)
        let text = response.text(for: Self.user)
        #expect(
            proof == "Digest username=\"us\\\"er\", realm=\"r\", nonce=\"n\", uri=\"rtsp://h/a\", response=\"\(text)\""
        )
    }

    @Test("With qop the count goes up and the nonce of ours changes; a new challenge begins anew")
    func counting() {
        var client = authenticator()
        let challenge = ["Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=MD5, opaque=\"o\""]
        client.challenged(by: challenge, allowsBasic: false)
        let first = client.authorization(for: .play, uri: Self.uri) ?? ""
        let second = client.authorization(for: .play, uri: Self.uri) ?? ""
        #expect(first.contains("opaque=\"o\", qop=auth, nc=00000001, cnonce=\""))
        #expect(second.contains("qop=auth, nc=00000002, cnonce=\""))
        let parameters = [first, second].compactMap { AuthenticationParameters.list($0).first }
        #expect(parameters.count == 2)
        #expect(parameters[0]["cnonce"] != parameters[1]["cnonce"])
        #expect(parameters[0]["cnonce"]?.utf8.count == 32)
        client.challenged(by: challenge, allowsBasic: false)
        #expect(client.authorization(for: .play, uri: Self.uri)?.contains("nc=00000001") == true)
        client.forgetChallenge()
        #expect(client.authorization(for: .play, uri: Self.uri) == nil)
    }
}
