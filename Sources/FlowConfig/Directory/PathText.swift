import Glibc

/// Paths as text; nothing here looks at the disk but for the working directory.
enum PathText {
    static func join(_ folder: String, _ name: String) -> String {
        if folder.isEmpty || folder.hasSuffix("/") { return folder + name }
        return "\(folder)/\(name)"
    }

    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let buffer = getcwd(nil, 0) else { return path }
        defer { free(buffer) }
        return join(String(cString: buffer), path)
    }

    /// `/a` for `/a/b.yaml`, `/` for `/b.yaml`.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return path }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
