import NetworkAddress

/// What may stand where a peer is named.
enum HostName {
    /// An IPv4 or IPv6 address, or labels of letters, digits, `-` and `_` with dots between them.
    static func isValid(_ text: String) -> Bool {
        if IPAddress(text) != nil { return true }
        guard text.utf8.count <= 253, !text.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || isDigit($0) }) else {
            return false
        }
        var name = Substring(text)
        if name.last == "." { name.removeLast() }
        return name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy {
                    isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

/// The part of a URL between `//` and the path (RFC 3986 §3.2).
struct URLAuthority {
    private let text: Substring

    init(of url: String) {
        let scheme = url.prefix { $0 != ":" }
        let afterScheme = url.dropFirst(scheme.count).drop { $0 == ":" || $0 == "/" }
        text = afterScheme.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    }

    var hasUserInformation: Bool { text.utf8.contains(UInt8(ascii: "@")) }
}
