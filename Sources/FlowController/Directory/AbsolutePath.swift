import Glibc

/// Paths as text; links are left alone.
enum AbsolutePath {
    /// The path from the root, without `.`, `..` and empty parts.
    static func of(_ path: String) -> String {
        var text = path
        if !text.hasPrefix("/"), let current = getcwd(nil, 0) {
            text = "\(String(cString: current))/\(path)"
            free(current)
        }
        var parts: [Substring] = []
        for part in text.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    static func withoutTrailingSlashes(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }
}
