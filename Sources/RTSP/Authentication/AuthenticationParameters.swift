/// A scheme with its parameters, as `WWW-Authenticate` and `Authorization` have them, RFC 7235 §2.1.
struct AuthenticationParameters {
    var scheme: Substring
    /// Where a scheme has a single value instead of parameters, such as Basic.
    var token: Substring = ""
    private var values: [(name: Substring, value: String)] = []

    init(scheme: Substring) {
        self.scheme = scheme
    }

    subscript(name: String) -> String? {
        values.first { $0.name.equals(ignoringCase: name) }?.value
    }

    /// One header may have several, one after the other.
    static func list(_ text: String) -> [AuthenticationParameters] {
        var list: [AuthenticationParameters] = []
        for part in HeaderParameters.split(text, at: UInt8(ascii: ",")) {
            var rest = part
            // A scheme stands before the first parameter, with a blank between them.
            let wordEnd = part.utf8.firstIndex { $0.isBlank || $0 == UInt8(ascii: "=") } ?? part.endIndex
            if wordEnd == part.endIndex || part.utf8[wordEnd].isBlank {
                let afterWord = part[wordEnd...].trimmed
                if !afterWord.hasPrefix("=") {
                    list.append(AuthenticationParameters(scheme: part[..<wordEnd]))
                    rest = afterWord
                }
            }
            guard let last = list.indices.last, !rest.isEmpty else { continue }
            let (name, value) = HeaderParameters.pair(rest)
            if list[last].values.isEmpty, list[last].token.isEmpty { list[last].token = rest }
            if let value { list[last].values.append((name, value)) }
        }
        return list
    }
}
