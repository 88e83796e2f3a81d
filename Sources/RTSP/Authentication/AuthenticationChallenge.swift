/// How a server wants a client to prove itself: a part of `WWW-Authenticate`, RFC 7616 §3.3 and RFC 7617 §2.
package enum AuthenticationChallenge: Hashable, Sendable {
    case basic(BasicChallenge)
    case digest(DigestChallenge)

    /// The challenges of all headers of that name, in order; those that are not supported are left out.
    package static func list(_ values: [String]) -> [AuthenticationChallenge] {
        values.flatMap { AuthenticationParameters.list($0) }.compactMap { AuthenticationChallenge($0) }
    }

    private init?(_ parameters: AuthenticationParameters) {
        if parameters.scheme.equals(ignoringCase: "Basic") {
            self = .basic(BasicChallenge(realm: parameters["realm"] ?? ""))
        } else if parameters.scheme.equals(ignoringCase: "Digest"), let challenge = DigestChallenge(parameters) {
            self = .digest(challenge)
        } else {
            return nil
        }
    }

    /// The higher the better.
    var strength: Int {
        switch self {
        case .basic: 0
        case .digest(let challenge): challenge.algorithm == .md5 ? 1 : 2
        }
    }
}

/// The password itself is wanted.
package struct BasicChallenge: Hashable, Sendable {
    package var realm: String

    package init(realm: String) {
        self.realm = realm
    }
}

extension BasicChallenge: CustomStringConvertible {
    /// As it is written.
    package var description: String { "Basic realm=\(HeaderParameters.quoted(realm))" }
}
