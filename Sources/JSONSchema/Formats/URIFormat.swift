/// The syntax of RFC 3986 (and, with other than ASCII, RFC 3987), and of URI templates.
enum URIFormat {
    static func isReference(_ bytes: [UInt8], needsScheme: Bool, allowsNonASCII: Bool) -> Bool {
        var rest = bytes[...]
        if let colon = rest.firstIndex(where: { ASCII.isOne(of: ":/?#", $0) }), rest[colon] == UInt8(ascii: ":") {
            // A relative reference must not have a colon in its first segment (§4.2), so this is a scheme.
            guard self.isScheme(rest[..<colon]) else { return false }
            rest = rest[(colon + 1)...]
        } else if needsScheme {
            return false
        }
        if let hash = rest.firstIndex(of: UInt8(ascii: "#")) {
            guard self.isMade(of: ":@/?", rest[(hash + 1)...], allowsNonASCII) else { return false }
            rest = rest[..<hash]
        }
        if let question = rest.firstIndex(of: UInt8(ascii: "?")) {
            guard self.isMade(of: ":@/?", rest[(question + 1)...], allowsNonASCII) else { return false }
            rest = rest[..<question]
        }
        if rest.starts(with: Array("//".utf8)) {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            guard self.isAuthority(rest[..<end], allowsNonASCII) else { return false }
            rest = rest[end...]
        }
        return self.isMade(of: ":@/", rest, allowsNonASCII)
    }

    /// RFC 6570 §2: literals and expressions in braces.
    static func isTemplate(_ bytes: [UInt8]) -> Bool {
        var isInside = false
        var expressionLength = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "{"):
                if isInside { return false }
                isInside = true
                expressionLength = 0
            case UInt8(ascii: "}"):
                if !isInside || expressionLength == 0 { return false }
                isInside = false
            default:
                if isInside {
                    expressionLength += 1
                    guard
                        ASCII.isLetter(byte) || ASCII.isDigit(byte)
                            || ASCII.isOne(of: "_.,:*%", byte)
                            || expressionLength == 1 && ASCII.isOne(of: "+#/;?&=!@|", byte)
                    else { return false }
                } else if byte <= 0x20 || byte == 0x7F || ASCII.isOne(of: "\"'<>\\^`|", byte) {
                    return false
                }
            }
        }
        return !isInside
    }

    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, ASCII.isLetter(first) else { return false }
        return bytes.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) || ASCII.isOne(of: "+-.", $0) }
    }

    private static func isAuthority(_ bytes: ArraySlice<UInt8>, _ allowsNonASCII: Bool) -> Bool {
        var rest = bytes
        if let at = rest.firstIndex(of: UInt8(ascii: "@")) {
            guard self.isMade(of: ":", rest[..<at], allowsNonASCII) else { return false }
            rest = rest[(at + 1)...]
        }
        if rest.first == UInt8(ascii: "[") {
            guard let close = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            guard self.isIPLiteral(rest[(rest.startIndex + 1)..<close]) else { return false }
            rest = rest[(close + 1)...]
            return rest.isEmpty || rest.first == UInt8(ascii: ":") && rest.dropFirst().allSatisfy(ASCII.isDigit)
        }
        if let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            guard rest[(colon + 1)...].allSatisfy(ASCII.isDigit) else { return false }
            rest = rest[..<colon]
        }
        return self.isMade(of: "", rest, allowsNonASCII)
    }

    private static func isIPLiteral(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.first == UInt8(ascii: "v") || bytes.first == UInt8(ascii: "V") else {
            return HostFormat.isIPv6(bytes)
        }
        let parts = bytes.dropFirst().split(
            separator: UInt8(ascii: "."),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy(ASCII.isHexDigit) else { return false }
        return !parts[1].isEmpty && !parts[1].contains(UInt8(ascii: "%")) && self.isMade(of: ":", parts[1], false)
    }

    /// Unreserved characters, percent-encoded ones, sub-delimiters (§2), and those named.
    private static func isMade(
        of more: StaticString,
        _ bytes: ArraySlice<UInt8>,
        _ allowsNonASCII: Bool
    ) -> Bool {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "%") {
                guard index + 1 < bytes.endIndex, ASCII.isHexDigit(bytes[index]), ASCII.isHexDigit(bytes[index + 1])
                else { return false }
                index += 2
            } else if byte >= 0x80 {
                guard allowsNonASCII else { return false }
            } else {
                guard
                    ASCII.isLetter(byte) || ASCII.isDigit(byte) || ASCII.isOne(of: "-._~!$&'()*+,;=", byte)
                        || ASCII.isOne(of: more, byte)
                else { return false }
            }
        }
        return true
    }
}
