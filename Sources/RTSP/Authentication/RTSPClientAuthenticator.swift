import Cryptography

/// Proves a client to servers, with the strongest of the ways that they offer.
package struct RTSPClientAuthenticator: Sendable {
    private let credentials: RTSPCredentials
    /// Random bytes that this client's nonces are made of.
    private let seed: [UInt8]
    private var challenge: AuthenticationChallenge?
    private var nonceCount: UInt32 = 0

    /// - Parameter seed: 16 random bytes or more, that nobody else knows.
    package init(credentials: RTSPCredentials, seed: [UInt8]) {
        self.credentials = credentials
        self.seed = seed
    }

    /// A server wants proof.
    /// - Parameter allowsBasic: Whether this server may be told the password.
    /// - Returns: The challenge that is taken; nil when none is of use.
    @discardableResult
    package mutating func challenged(by values: [String], allowsBasic: Bool) -> AuthenticationChallenge? {
        var best: AuthenticationChallenge?
        for challenge in AuthenticationChallenge.list(values) {
            if case .basic = challenge, !allowsBasic { continue }
            if challenge.strength > best?.strength ?? -1 { best = challenge }
        }
        challenge = best
        nonceCount = 0
        return best
    }

    /// Forgets what a server asked for, before another one is called.
    package mutating func forgetChallenge() {
        challenge = nil
    }

    /// The value of `Authorization` for the next request; nil when nobody asked for it.
    package mutating func authorization(for method: RTSPMethod, uri: String) -> String? {
        switch challenge {
        case .basic: return "Basic " + Base64.encode(Array("\(credentials.username):\(credentials.password)".utf8))
        case .digest(let challenge): return authorization(for: method, uri: uri, challenge)
        case nil: return nil
        }
    }

    private mutating func authorization(for method: RTSPMethod, uri: String, _ challenge: DigestChallenge) -> String {
        var response = DigestResponse(
            algorithm: challenge.algorithm,
            realm: challenge.realm,
            nonce: challenge.nonce,
            method: method,
            uri: uri
        )
        if challenge.wantsProtection {
            nonceCount &+= 1
            let digits = String(nonceCount, radix: 16)
            let padded = String(repeating: "0", count: 8 - digits.utf8.count) + digits
            let random = SHA256.digest(of: seed + Array("\(challenge.nonce):\(padded)".utf8))
            response.protection = .init(nonceCount: padded, clientNonce: Hexadecimal.encode(random.prefix(16)))
        }
        let quoted = HeaderParameters.quoted
        var text = "Digest username=\(quoted(credentials.username)), realm=\(quoted(challenge.realm))"
        text += ", nonce=\(quoted(challenge.nonce)), uri=\(quoted(uri))"
        text += ", response=\(quoted(response.text(for: credentials)))"
        if challenge.namesAlgorithm { text += ", algorithm=\(challenge.algorithm.rawValue)" }
        if let opaque = challenge.opaque { text += ", opaque=\(quoted(opaque))" }
        if let protection = response.protection {
            text += ", qop=auth, nc=\(protection.nonceCount), cnonce=\(quoted(protection.clientNonce))"
        }
        return text
    }
}

extension RTSPClientAuthenticator: CustomStringConvertible, CustomReflectable {
    package var description: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
