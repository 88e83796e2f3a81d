import Media
import Testing

@testable import RTSP

extension MonotonicTime {
    static func seconds(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: Int64(seconds * 1_000_000_000))
    }
}

@Suite("Authentication: server")
struct ServerAuthenticatorTests {
    private static let user = RTSPCredentials(username: "user", password: "pw")
    private static let all: [RTSPServerAuthenticator.Method] = [.digest(.sha256), .digest(.md5), .basic]

    private func server(_ methods: [RTSPServerAuthenticator.Method] = all, seed: UInt8 = 1) -> RTSPServerAuthenticator {
        RTSPServerAuthenticator(methods: methods, seed: Array(repeating: seed, count: 16), lifetime: .seconds(60))
    }

    private func request(_ proof: String?, _ method: RTSPMethod = .describe, _ uri: String = "rtsp://h/a/b")
        -> RTSPRequest
    {
        RTSPRequest(method, uri, headers: RTSPHeaders(proof.map { [.init(.authorization, $0)] } ?? []))
    }

    /// What our own client answers to these challenges.
    private func proof(
        _ challenges: [String],
        _ credentials: RTSPCredentials = user,
        uri: String = "rtsp://h/a/b",
        method: RTSPMethod = .describe
    ) -> String? {
        var client = RTSPClientAuthenticator(credentials: credentials, seed: [7])
        client.challenged(by: challenges, allowsBasic: true)
        return client.authorization(for: method, uri: uri)
    }

    @Test("Every way that is offered lets in who knows the password, and nobody else", arguments: 0..<3)
    func ways(_ index: Int) {
        var server = server()
        let challenge = [server.challenges(isStale: false, at: .zero)[index]]
        #expect(server.verify(request(proof(challenge)), Self.user, at: .zero) == .accepted)
        for (username, password) in [
            ("user", "px"), ("use", "pw"), ("User", "pw"), ("", ""), ("user", ""), ("user", "pwpw"),
        ] {
            let wrong = RTSPCredentials(username: username, password: password)
            #expect(server.verify(request(proof(challenge, wrong)), Self.user, at: .zero) == .wrong)
        }
        #expect(server.verify(request(nil), Self.user, at: .zero) == .missing)
    }

    @Test("Several headers offer several ways, MD5 after SHA-256, as ffmpeg takes the last")
    func order() {
        var server = server()
        let challenges = server.challenges(isStale: false, at: .zero)
        #expect(challenges.count == 3)
        #expect(challenges[0].hasSuffix("algorithm=SHA-256"))
        #expect(challenges[1].hasSuffix("algorithm=MD5"))
        #expect(challenges[2] == "Basic realm=\"headgate\"")
    }

    @Test("A way that is not offered is of no use")
    func notOffered() {
        var all = server()
        let challenges = all.challenges(isStale: false, at: .zero)
        for (index, method) in Self.all.enumerated() {
            var server = server(Self.all.filter { $0 != method })
            _ = server.challenges(isStale: false, at: .zero)
            #expect(server.verify(request(proof([challenges[index]])), Self.user, at: .zero) == .wrong)
        }
    }

    @Test("A nonce grows old; then the right password is told so, and a wrong one is not")
    func lifetime() {
        var server = server([.digest(.md5)])
        let first = server.challenges(isStale: false, at: .zero)
        #expect(server.verify(request(proof(first)), Self.user, at: .seconds(59)) == .accepted)
        #expect(server.verify(request(proof(first)), Self.user, at: .seconds(60)) == .stale)
        let wrong = RTSPCredentials(username: "user", password: "x")
        #expect(server.verify(request(proof(first, wrong)), Self.user, at: .seconds(60)) == .wrong)
        let second = server.challenges(isStale: true, at: .seconds(60))
        #expect(second.first?.contains("stale=TRUE") == true)
        #expect(server.verify(request(proof(second)), Self.user, at: .seconds(60)) == .accepted)
    }

    @Test("The last two nonces count, and those of other connections never")
    func nonces() {
        var server = server([.digest(.md5)])
        let challenges = (0..<3).map { _ in server.challenges(isStale: false, at: .zero) }
        #expect(Set(challenges).count == 3)
        let verdicts = challenges.map { server.verify(request(proof($0)), Self.user, at: .zero) }
        #expect(verdicts == [.stale, .accepted, .accepted])
        var other = self.server([.digest(.md5)], seed: 2)
        let foreign = other.challenges(isStale: false, at: .zero)
        #expect(server.verify(request(proof(foreign)), Self.user, at: .zero) == .stale)
    }

    @Test("A proof is for one method and one stream")
    func bound() {
        var server = server([.digest(.md5)])
        let challenge = server.challenges(isStale: false, at: .zero)
        let proof = proof(challenge, uri: "rtsp://h/a/b")
        #expect(server.verify(request(proof, .setup), Self.user, at: .zero) == .wrong)
        #expect(server.verify(request(proof, .describe, "rtsp://h/a/c"), Self.user, at: .zero) == .wrong)
        // VLC signs the address of the stream when it sets up a track.
        let vlc = self.proof(challenge, uri: "rtsp://h/a/b/", method: .setup)
        #expect(server.verify(request(vlc, .setup, "rtsp://h/a/b/trackID=0"), Self.user, at: .zero) == .accepted)
    }

    @Test(
        "What is no proof",
        arguments: [
            "Basic", "Basic !", "Basic dXNlcg==", "Digest", "Digest username=\"user\"", "Bearer x", "Basic dXNlcjpwdw",
            "Digest username=\"user\", realm=\"headgate\", nonce=\"x\", uri=\"rtsp://h/a/b\", response=\"\"",
            "Digest username=\"user\", realm=\"other\", nonce=\"x\", uri=\"rtsp://h/a/b\", response=\"y\"",
            "Digest username=\"user\", realm=\"headgate\", nonce=\"x\", uri=\"rtsp://h/a/b\", response=\"y\", qop=auth",
            "Digest username=\"user\", realm=\"headgate\", nonce=\"x\", uri=\"rtsp://h/a/b\", response=\"y\", algorithm=MD4",
        ]
    )
    func noProof(_ value: String) {
        let server = server([.digest(.md5), .digest(.sha256)])
        #expect(server.verify(request(value), Self.user, at: .zero) == .wrong)
    }

    @Test("Two proofs in one request are none")
    func two() {
        var server = server([.basic])
        var request = request(proof(server.challenges(isStale: false, at: .zero)))
        #expect(server.verify(request, Self.user, at: .zero) == .accepted)
        request.headers.add(.authorization, "Basic eDp5")
        #expect(server.verify(request, Self.user, at: .zero) == .wrong)
    }

    @Test("What ffmpeg writes around qop is understood")
    func quotedQuality() {
        var server = server([.digest(.md5)])
        let challenge = server.challenges(isStale: false, at: .zero).map { $0 + ", qop=\"auth\"" }
        let proof = proof(challenge)?.replacing("qop=auth", with: "qop=\"auth\"")
        #expect(proof?.contains("qop=\"auth\"") == true)
        #expect(server.verify(request(proof), Self.user, at: .zero) == .accepted)
    }
}
