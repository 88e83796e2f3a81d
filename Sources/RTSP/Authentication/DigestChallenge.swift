/// A hash of the password and of what the server gives is wanted.
package struct DigestChallenge: Hashable, Sendable {
    package var realm: String
    package var nonce: String
    package var algorithm: DigestAlgorithm
    /// Whether the challenge names the algorithm; MD5 is what it is without.
    package var namesAlgorithm: Bool
    /// To be sent back as it is.
    package var opaque: String?
    /// The password was right, only the nonce is too old.
    package var isStale: Bool
    /// `qop=auth`: the client adds something of its own.
    package var wantsProtection: Bool

    package init(
        realm: String,
        nonce: String,
        algorithm: DigestAlgorithm,
        namesAlgorithm: Bool = true,
        opaque: String? = nil,
        isStale: Bool = false,
        wantsProtection: Bool = false
    ) {
        self.realm = realm
        self.nonce = nonce
        self.algorithm = algorithm
        self.namesAlgorithm = namesAlgorithm
        self.opaque = opaque
        self.isStale = isStale
        self.wantsProtection = wantsProtection
    }

    /// - Returns: nil when it is of no use: no nonce, another algorithm, or bodies to be protected.
    init?(_ parameters: AuthenticationParameters) {
        guard let nonce = parameters["nonce"] else { return nil }
        let name = parameters["algorithm"].flatMap { $0.isEmpty ? nil : $0 }
        guard let algorithm = name.map({ DigestAlgorithm(name: $0) }) ?? .md5 else { return nil }
        let qualities = (parameters["qop"] ?? "").split(separator: ",").map(\.trimmed)
        wantsProtection = qualities.contains { $0.equals(ignoringCase: "auth") }
        guard wantsProtection || qualities.isEmpty else { return nil }
        self.realm = parameters["realm"] ?? ""
        self.nonce = nonce
        self.algorithm = algorithm
        namesAlgorithm = name != nil
        opaque = parameters["opaque"]
        isStale = parameters["stale"]?.equals(ignoringCase: "true") ?? false
    }
}

extension DigestChallenge: CustomStringConvertible {
    /// As it is written. Players built on live555 look for the first three in just this order, and take the third only
    /// without quotes.
    package var description: String {
        var text = "Digest realm=\(HeaderParameters.quoted(realm)), nonce=\(HeaderParameters.quoted(nonce))"
        if isStale { text += ", stale=TRUE" }
        if let opaque { text += ", opaque=\(HeaderParameters.quoted(opaque))" }
        if namesAlgorithm { text += ", algorithm=\(algorithm.rawValue)" }
        if wantsProtection { text += ", qop=\"auth\"" }
        return text
    }
}
