import Cryptography
package import Media

/// Asks the client of one connection to prove itself, and checks the proof. RFC 7616 and RFC 7617.
///
/// Nonces are of this connection: a proof that was seen on another one is of no use here. A client need not obey
/// `qop=auth`, and is not asked to, because most players cannot.
package struct RTSPServerAuthenticator: Sendable {
    package enum Method: Hashable, Sendable {
        case basic
        case digest(DigestAlgorithm)
    }

    package enum Verdict: Hashable, Sendable {
        case accepted
        /// The client did not try.
        case missing
        /// The password is right, but the proof is too old.
        case stale
        case wrong
    }

    /// What is offered when nothing else is said. Several players, ffmpeg among them, know MD5 only and take the last
    /// offer of Digest; others take the first.
    package static let usualMethods: [Method] = [.digest(.sha256), .digest(.md5)]

    private struct Nonce: Sendable {
        var text: String
        var born: MonotonicTime
    }

    private let realm: String
    private let methods: [Method]
    private let seed: [UInt8]
    private let lifetime: Duration
    /// The present nonce and those before it that may still be used.
    private var nonces: [Nonce] = []
    private var nonceNumber: UInt64 = 0

    /// How many nonces are remembered: a client may have asked twice before it answers.
    private static let maximumNonces = 2

    /// - Parameters:
    ///   - methods: The ways that are offered, in this order, and no other is accepted.
    ///   - seed: 16 random bytes or more, of this connection alone.
    ///   - lifetime: How long a nonce can be used.
    package init(
        realm: String = "headgate",
        methods: [Method] = usualMethods,
        seed: [UInt8],
        lifetime: Duration = .seconds(300)
    ) {
        self.realm = realm
        self.methods = methods
        self.seed = seed
        self.lifetime = lifetime
    }

    /// The values of `WWW-Authenticate`, one header each.
    package mutating func challenges(isStale: Bool, at now: MonotonicTime) -> [String] {
        nonceNumber &+= 1
        let random = SHA256.digest(of: seed + Array("nonce \(nonceNumber)".utf8))
        let nonce = Hexadecimal.encode(random.prefix(16))
        nonces.append(Nonce(text: nonce, born: now))
        if nonces.count > Self.maximumNonces { nonces.removeFirst() }
        return methods.map { method in
            switch method {
            case .basic: BasicChallenge(realm: realm).description
            case .digest(let algorithm):
                DigestChallenge(realm: realm, nonce: nonce, algorithm: algorithm, isStale: isStale).description
            }
        }
    }

    /// Whether a request is from somebody who knows these credentials.
    package func verify(_ request: RTSPRequest, _ credentials: RTSPCredentials, at now: MonotonicTime) -> Verdict {
        let values = request.headers.all(.authorization)
        guard let parameters = values.first.flatMap({ AuthenticationParameters.list($0).first }) else {
            return .missing
        }
        // Several could be guesses, several at a time.
        guard values.count == 1 else { return .wrong }
        if parameters.scheme.equals(ignoringCase: "Basic") { return verifyBasic(parameters, credentials) }
        if parameters.scheme.equals(ignoringCase: "Digest") {
            return verifyDigest(parameters, request, credentials, at: now)
        }
        return .wrong
    }

    private func verifyBasic(_ parameters: AuthenticationParameters, _ credentials: RTSPCredentials) -> Verdict {
        guard methods.contains(.basic), let given = Base64.decode(parameters.token) else { return .wrong }
        let wanted = Array("\(credentials.username):\(credentials.password)".utf8)
        return Self.areEqual(given, wanted) ? .accepted : .wrong
    }

    private func verifyDigest(
        _ parameters: AuthenticationParameters,
        _ request: RTSPRequest,
        _ credentials: RTSPCredentials,
        at now: MonotonicTime
    ) -> Verdict {
        guard let algorithm = parameters["algorithm"].map({ DigestAlgorithm(name: $0) }) ?? .md5,
            methods.contains(.digest(algorithm)), let username = parameters["username"],
            parameters["realm"] == realm, let nonce = parameters["nonce"], let uri = parameters["uri"],
            Self.isSame(uri, request.uri), let given = parameters["response"]
        else { return .wrong }
        var response = DigestResponse(
            algorithm: algorithm,
            realm: realm,
            nonce: nonce,
            method: request.method,
            uri: uri
        )
        if let quality = parameters["qop"], !quality.isEmpty {
            guard quality.equals(ignoringCase: "auth"), let count = parameters["nc"],
                let clientNonce = parameters["cnonce"]
            else { return .wrong }
            response.protection = .init(nonceCount: count, clientNonce: clientNonce)
        }
        let isRight = Self.areEqual(Array(given.lowercased().utf8), Array(response.text(for: credentials).utf8))
        guard Self.areEqual(Array(username.utf8), Array(credentials.username.utf8)), isRight else { return .wrong }
        let isFresh = nonces.contains { $0.text == nonce && now < $0.born.advanced(by: lifetime) }
        return isFresh ? .accepted : .stale
    }

    /// In a time that tells neither where they differ nor how long the right one is.
    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        ConstantTime.areEqual(SHA256.digest(of: left), SHA256.digest(of: right))
    }

    /// Players sign the address of the stream where they ask for one of its tracks.
    private static func isSame(_ signed: String, _ requested: String) -> Bool {
        if signed == requested { return true }
        guard let signed = try? RTSPPath(requestURI: signed), let requested = try? RTSPPath(requestURI: requested)
        else { return false }
        return signed.stream == requested.stream
    }
}

extension RTSPServerAuthenticator: CustomStringConvertible, CustomReflectable {
    package var description: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
