import FlowConfig
import Glibc

/// The flows directory on disk.
struct FileSystemFlowDirectory: FlowDirectory {
    private let path: String
    private let reader: DirectoryReader

    init(path: String) {
        self.path = path
        self.reader = DirectoryReader(path: path)
    }

    func read() -> DirectoryListing {
        let snapshot = reader.read()
        var information = stat()
        let isMissing =
            snapshot.problem != nil && snapshot.files.isEmpty && stat(path, &information) != 0 && errno == ENOENT
        return DirectoryListing(
            files: snapshot.files,
            unreadableFolders: snapshot.unreadableFolders,
            problem: snapshot.problem,
            isMissing: isMissing
        )
    }
}
