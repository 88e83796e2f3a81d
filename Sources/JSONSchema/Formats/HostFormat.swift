/// Names and addresses of hosts, and e-mail addresses.
enum HostFormat {
    /// RFC 1123 §2.1.
    static func isHostname(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard !bytes.isEmpty, bytes.count <= 253 else { return false }
        return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            guard (1...63).contains(label.count), let first = label.first, let last = label.last else { return false }
            return first != UInt8(ascii: "-") && last != UInt8(ascii: "-")
                && label.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    /// RFC 2673 §3.2: four decimal numbers, without leading zeros.
    static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard (1...3).contains(part.count), part.allSatisfy(ASCII.isDigit) else { return false }
                guard part.count == 1 || part.first != UInt8(ascii: "0") else { return false }
                return part.reduce(0) { $0 * 10 + Int($1) - 0x30 } <= 255
            }
    }

    /// RFC 4291 §2.2, without a zone.
    static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count <= 45 else { return false }
        let colon = UInt8(ascii: ":")
        var groups = bytes.split(separator: colon, omittingEmptySubsequences: false)
        guard groups.count >= 3, groups.count <= 9 else { return false }
        var budget = 8
        if let last = groups.last, last.contains(UInt8(ascii: ".")) {
            guard self.isIPv4(last) else { return false }
            groups.removeLast()
            budget = 6
        } else if groups.last?.isEmpty == true {
            // A text that ends in "::".
            groups.removeLast()
            guard groups.last?.isEmpty == true else { return false }
        }
        if groups.first?.isEmpty == true {
            groups.removeFirst()
            guard groups.first?.isEmpty == true else { return false }
        }
        let gaps = groups.count(where: \.isEmpty)
        let isHex = groups.allSatisfy { $0.count <= 4 && $0.allSatisfy(ASCII.isHexDigit) }
        guard isHex, gaps <= 1 else { return false }
        let written = groups.count - gaps
        return gaps == 1 ? written < budget : written == budget
    }

    /// RFC 5321 §4.1.2 (`Mailbox`), RFC 6531 if other than ASCII is allowed.
    static func isEmail(_ bytes: [UInt8], allowsNonASCII: Bool) -> Bool {
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0, at <= 64 else { return false }
        return self.isLocalPart(bytes[..<at], allowsNonASCII) && self.isMailDomain(bytes[(at + 1)...], allowsNonASCII)
    }

    private static func isLocalPart(_ bytes: ArraySlice<UInt8>, _ allowsNonASCII: Bool) -> Bool {
        let quote = UInt8(ascii: "\"")
        if bytes.count >= 2, bytes.first == quote, bytes.last == quote {
            var isEscaped = false
            for byte in bytes.dropFirst().dropLast() {
                guard byte >= 0x20, byte != 0x7F, byte < 0x80 || allowsNonASCII else { return false }
                if !isEscaped, byte == quote { return false }
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            }
            return !isEscaped
        }
        return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty
                && atom.allSatisfy {
                    ASCII.isLetter($0) || ASCII.isDigit($0) || ASCII.isOne(of: "!#$%&'*+-/=?^_`{|}~", $0)
                        || $0 >= 0x80 && allowsNonASCII
                }
        }
    }

    private static func isMailDomain(_ bytes: ArraySlice<UInt8>, _ allowsNonASCII: Bool) -> Bool {
        if bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]") {
            let literal = bytes.dropFirst().dropLast()
            return literal.starts(with: Array("IPv6:".utf8)) ? self.isIPv6(literal.dropFirst(5)) : self.isIPv4(literal)
        }
        guard allowsNonASCII else { return self.isHostname(bytes) }
        let replaced = bytes.map { $0 >= 0x80 ? UInt8(ascii: "x") : $0 }
        return self.isHostname(replaced[...])
    }
}
