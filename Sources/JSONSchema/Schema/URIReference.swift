/// A URI reference in its parts, so that `$ref` and `$id` can be resolved (RFC 3986 §3, §5.2).
struct URIReference: Hashable, Sendable {
    var scheme: String?
    var authority: String?
    var path: String
    var query: String?
    var fragment: String?

    init(_ text: String) {
        var rest = Substring(text).unicodeScalars
        func string(_ part: some Sequence<Unicode.Scalar>) -> String {
            var result = String.UnicodeScalarView()
            result.append(contentsOf: part)
            return String(result)
        }
        if let hash = rest.firstIndex(of: "#") {
            self.fragment = string(rest[rest.index(after: hash)...])
            rest = rest[..<hash]
        }
        if let question = rest.firstIndex(of: "?") {
            self.query = string(rest[rest.index(after: question)...])
            rest = rest[..<question]
        }
        if let stop = rest.firstIndex(where: { $0 == ":" || $0 == "/" }), rest[stop] == ":", stop > rest.startIndex {
            self.scheme = string(rest[..<stop]).lowercased()
            rest = rest[rest.index(after: stop)...]
        }
        if rest.starts(with: "//".unicodeScalars) {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            self.authority = string(rest[..<end])
            rest = rest[end...]
        }
        self.path = string(rest)
    }

    /// Without its fragment.
    var document: String {
        var text = ""
        if let scheme { text += scheme + ":" }
        if let authority { text += "//" + authority }
        text += self.path
        if let query { text += "?" + query }
        return text
    }

    func resolved(against base: Self) -> Self {
        var result = self
        if self.scheme != nil {
            result.path = Self.withoutDots(self.path)
            return result
        }
        result.scheme = base.scheme
        if self.authority != nil {
            result.path = Self.withoutDots(self.path)
            return result
        }
        result.authority = base.authority
        if self.path.isEmpty {
            result.path = base.path
            if self.query == nil { result.query = base.query }
        } else if self.path.hasPrefix("/") {
            result.path = Self.withoutDots(self.path)
        } else if base.authority != nil, base.path.isEmpty {
            result.path = Self.withoutDots("/" + self.path)
        } else {
            let folder = base.path.lastIndex(of: "/").map { base.path[...$0] } ?? ""
            result.path = Self.withoutDots(folder + self.path)
        }
        return result
    }

    private static func withoutDots(_ path: String) -> String {
        guard path.contains("/.") || path.hasPrefix(".") else { return path }
        var result: [Substring] = []
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            switch part {
            case ".":
                if isLast { result.append("") }
            case "..":
                if result.count > 1 || result.first?.isEmpty == false { result.removeLast() }
                if isLast { result.append("") }
            default:
                result.append(part)
            }
        }
        return result.joined(separator: "/")
    }

    /// The fragment with `%XX` decoded, or `nil` if that is not UTF-8.
    var decodedFragment: String? {
        guard let fragment else { return "" }
        var bytes: [UInt8] = []
        var iterator = fragment.utf8.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }),
                let low = iterator.next().flatMap({ Character(Unicode.Scalar($0)).hexDigitValue })
            else { return nil }
            bytes.append(UInt8(high * 16 + low))
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
