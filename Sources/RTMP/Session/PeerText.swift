/// Text of a far side in a form that may be logged and shown.
enum PeerText {
    /// One line of at most `RTMPSessionLimits.peerTextCharacters`, without characters that act on a display, and with
    /// dots wherever one of `secrets` stood.
    static func clean(_ text: String, redacting secrets: [String] = []) -> String {
        var result = text
        // Secrets first: cutting or cleaning might leave a half of one that no longer matches.
        for secret in secrets where !secret.isEmpty { result = result.replacing(secret, with: "***") }
        var scalars = String.UnicodeScalarView()
        for scalar in result.unicodeScalars where !acts(scalar) { scalars.append(scalar) }
        return String(String(scalars).prefix(RTMPSessionLimits.peerTextCharacters))
    }

    /// C0 and C1 controls, line and paragraph separators, and the bidirectional controls of Unicode Annex 9.
    private static func acts(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1f, 0x7f...0x9f, 0x061c, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: true
        default: false
        }
    }
}

extension String {
    /// Replaces each occurrence, from left to right.
    fileprivate func replacing(_ needle: String, with other: String) -> String {
        let bytes = Array(utf8)
        let wanted = Array(needle.utf8)
        guard !wanted.isEmpty, bytes.count >= wanted.count else { return self }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes.count - index >= wanted.count, bytes[index..<index + wanted.count].elementsEqual(wanted) {
                result += Array(other.utf8)
                index += wanted.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
