// Protocol text is ASCII: these look at bytes, and do without the rules of Unicode.

extension UInt8 {
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quotationMark: UInt8 = 0x22
    static let backslash: UInt8 = 0x5C

    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
    var isPrintable: Bool { (0x21...0x7E).contains(self) }
    var isBlank: Bool { self == .space || self == 0x09 }
    var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }

    /// RFC 2326 §15.1: what methods and names of headers are made of.
    var isToken: Bool {
        guard isPrintable else { return false }
        switch self {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "@"),
            UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), .backslash, .quotationMark, UInt8(ascii: "/"),
            UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "?"), UInt8(ascii: "="), UInt8(ascii: "{"),
            UInt8(ascii: "}"):
            return false
        default: return true
        }
    }
}

extension StringProtocol {
    /// Equal but for the case of ASCII letters.
    func equals(ignoringCase other: some StringProtocol) -> Bool {
        utf8.lazy.map(\.lowercased).elementsEqual(other.utf8.lazy.map(\.lowercased))
    }

    /// Begins so, but for the case of ASCII letters.
    func begins(ignoringCase prefix: some StringProtocol) -> Bool {
        utf8.lazy.map(\.lowercased).starts(with: prefix.utf8.lazy.map(\.lowercased))
    }

    var isPrintable: Bool { utf8.allSatisfy(\.isPrintable) }
    var isToken: Bool { !isEmpty && utf8.allSatisfy(\.isToken) }

    /// A number that is written with digits alone, as standard initialisers also take signs; nil if it does not fit.
    func number<Number: FixedWidthInteger>(as type: Number.Type = Number.self, radix: Int = 10) -> Number? {
        let first = utf8.first
        guard first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else { return nil }
        return Number(self, radix: radix)
    }
}

extension StringProtocol where UTF8View: BidirectionalCollection {
    /// Without spaces and tabs at both ends.
    var trimmed: SubSequence {
        guard let first = utf8.firstIndex(where: { !$0.isBlank }), let last = utf8.lastIndex(where: { !$0.isBlank })
        else { return self[endIndex...] }
        return self[first..<utf8.index(after: last)]
    }
}
