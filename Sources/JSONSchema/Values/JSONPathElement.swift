/// One step from a value to a part of it.
public enum JSONPathElement: Hashable, Sendable {
    case key(String)
    case index(Int)

    /// As a reference token of a JSON Pointer (RFC 6901 §3).
    var token: String {
        switch self {
        case .key(let key): JSONPointer.escape(key)
        case .index(let index): String(index)
        }
    }
}

/// JSON Pointers as text (RFC 6901).
public enum JSONPointer {
    public static func text(_ path: [JSONPathElement]) -> String {
        path.map { "/" + $0.token }.joined()
    }

    static func escape(_ key: String) -> String {
        guard key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return key }
        var result = ""
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": result += "~0"
            case "/": result += "~1"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The reference tokens of a pointer that starts with `/`, or `nil` if it is not one.
    static func tokens(_ pointer: Substring) -> [String]? {
        let all = pointer.unicodeScalars
        guard all.first == "/" else { return all.isEmpty ? [] : nil }
        var result: [String] = []
        for part in all.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            var token = ""
            var scalars = part.makeIterator()
            while let scalar = scalars.next() {
                guard scalar == "~" else {
                    token.unicodeScalars.append(scalar)
                    continue
                }
                switch scalars.next() {
                case "0": token += "~"
                case "1": token += "/"
                default: return nil
                }
            }
            result.append(token)
        }
        return result
    }
}
