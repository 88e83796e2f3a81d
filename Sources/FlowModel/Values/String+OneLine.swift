extension Unicode.Scalar {
    /// Whether a terminal or an editor would act on the character instead of showing it: C0 and C1 controls,
    /// line and paragraph separators, and the bidirectional controls of Unicode Annex 9.
    public var actsOnDisplay: Bool {
        switch value {
        case 0x00...0x1f, 0x7f...0x9f, 0x061c, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: true
        default: false
        }
    }
}

extension String {
    /// The text on one line, with characters that would act on a terminal written as `\n`, `\t` or `\u{1b}`.
    ///
    /// Text that peers or files may have a say in goes through this before it is logged or shown.
    public var escapedForOneLine: String {
        guard unicodeScalars.contains(where: \.actsOnDisplay) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case let scalar where scalar.actsOnDisplay:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
