package import FlowConfig
package import FlowModel

/// What one look at the flows directory found.
package struct DirectoryListing: Sendable {
    package var files: [DirectorySnapshot.File]
    /// What is below these was not necessarily deleted.
    package var unreadableFolders: [DirectorySnapshot.UnreadableFolder]
    /// Why `files` is not all that there is.
    package var problem: Diagnostic?
    /// The problem is that the directory does not exist: then nothing is in it.
    package var isMissing: Bool

    package init(
        files: [DirectorySnapshot.File] = [],
        unreadableFolders: [DirectorySnapshot.UnreadableFolder] = [],
        problem: Diagnostic? = nil,
        isMissing: Bool = false
    ) {
        self.files = files
        self.unreadableFolders = unreadableFolders
        self.problem = problem
        self.isMissing = isMissing
    }

    /// Everything about folders that keeps the listing from being complete.
    var folderProblems: [Diagnostic] {
        (problem.map { [$0] } ?? []) + unreadableFolders.map(\.problem)
    }

    /// Whether a file that is not listed is gone.
    func tells(about relativePath: String) -> Bool {
        guard problem == nil || isMissing else { return false }
        return !unreadableFolders.contains { relativePath.hasPrefix($0.path + "/") }
    }
}

/// Where flow files come from: the disk, or memory in tests.
package protocol FlowDirectory: Sendable {
    func read() -> DirectoryListing
}
