/// What proves the knowledge of a password, RFC 7616 §3.4.1.
struct DigestResponse {
    /// What a client adds when it obeys `qop=auth`; RFC 2069 does without.
    struct Protection: Hashable, Sendable {
        /// Eight hexadecimal digits, as they were written.
        var nonceCount: String
        var clientNonce: String
    }

    var algorithm: DigestAlgorithm
    var realm: String
    var nonce: String
    var method: RTSPMethod
    /// As the client wrote it in its `Authorization`.
    var uri: String
    var protection: Protection?

    func text(for credentials: RTSPCredentials) -> String {
        let secret = algorithm.digest("\(credentials.username):\(realm):\(credentials.password)")
        let request = algorithm.digest("\(method.rawValue):\(uri)")
        guard let protection else { return algorithm.digest("\(secret):\(nonce):\(request)") }
        let middle = "\(nonce):\(protection.nonceCount):\(protection.clientNonce):auth"
        return algorithm.digest("\(secret):\(middle):\(request)")
    }
}
