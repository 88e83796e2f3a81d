import Glibc

/// Finds the files that a pattern made, by going through the folders that its conversions can name.
struct SegmentFinder {
    /// Folder entries looked at in one search; what lies behind them waits for the next.
    static let maximumEntries = 100_000

    private let pattern: SegmentPattern
    private var entriesLeft = maximumEntries
    private(set) var partialFiles: [String] = []
    private(set) var files: [String] = []
    /// Folders whose names have conversions, deepest first.
    private(set) var folders: [String] = []

    init(_ pattern: SegmentPattern) {
        self.pattern = pattern
        search(pattern.isAbsolute ? "/" : "./", depth: 0)
    }

    /// - Parameter folder: ends with a slash.
    private mutating func search(_ folder: String, depth: Int) {
        let elements = pattern.components[depth]
        let isFile = depth == pattern.components.count - 1
        if !isFile, let name = Self.literalName(elements) {
            search(folder + name + "/", depth: depth + 1)
            return
        }
        for name in entries(of: folder) {
            if isFile {
                if pattern.matchesFile(name) {
                    files.append(folder + name)
                } else if pattern.matchesPartialFile(name) {
                    partialFiles.append(folder + name)
                }
            } else if SegmentPattern.matches(name[...], elements) {
                search(folder + name + "/", depth: depth + 1)
                folders.append(folder + name)
            }
        }
    }

    private static func literalName(_ elements: [SegmentPattern.Element]) -> String? {
        var name = ""
        for element in elements {
            guard case .literal(let text) = element else { return nil }
            name += text
        }
        return name
    }

    private mutating func entries(of folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while entriesLeft > 0, let entry = readdir(directory) {
            entriesLeft -= 1
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
