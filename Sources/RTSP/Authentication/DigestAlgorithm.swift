import Cryptography

/// The hash of Digest authentication, RFC 7616 §3.3.
package enum DigestAlgorithm: String, Hashable, Sendable, CaseIterable {
    case md5 = "MD5"
    case sha256 = "SHA-256"

    /// - Returns: nil for hashes that are not supported, and for the variants with a session.
    init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.rawValue.equals(ignoringCase: name) }) else { return nil }
        self = found
    }

    /// In lower-case hexadecimal digits.
    func digest(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return switch self {
        case .md5: Hexadecimal.encode(MD5.digest(of: bytes))
        case .sha256: Hexadecimal.encode(SHA256.digest(of: bytes))
        }
    }
}
