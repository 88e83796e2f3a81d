public import FlowModel

/// The flow files of a folder tree as they were at one moment.
public struct DirectorySnapshot: Hashable, Sendable {
    public struct File: Hashable, Sendable {
        /// Relative to the directory, `sub/a.yaml`.
        public var path: String
        public var content: FileContent

        public init(path: String, content: FileContent) {
            self.path = path
            self.content = content
        }
    }

    /// A sub-folder that is there and cannot be read: the files in it were not deleted.
    public struct UnreadableFolder: Hashable, Sendable {
        /// Relative to the directory, `sub/inner`.
        public var path: String
        public var problem: Diagnostic

        public init(path: String, problem: Diagnostic) {
            self.path = path
            self.problem = problem
        }
    }

    /// In the order of their paths.
    public var files: [File]
    public var unreadableFolders: [UnreadableFolder]
    /// Set when the directory itself is missing or cannot be read, or when a limit cut the listing short: then what
    /// is absent from `files` was not necessarily deleted.
    public var problem: Diagnostic?

    public init(files: [File] = [], unreadableFolders: [UnreadableFolder] = [], problem: Diagnostic? = nil) {
        self.files = files
        self.unreadableFolders = unreadableFolders
        self.problem = problem
    }

    /// Everything that could not be read.
    public var diagnostics: [Diagnostic] {
        var result = problem.map { [$0] } ?? []
        result += unreadableFolders.map(\.problem)
        for case .unreadable(let problem) in files.map(\.content) { result.append(problem) }
        return result
    }
}

/// A file's bytes, or why there are none.
public enum FileContent: Hashable, Sendable {
    case bytes([UInt8])
    /// The problem's `file` is the path as the operator names it, folder included.
    case unreadable(Diagnostic)
}
