import FlowModel
import Glibc

/// Lists and reads the flow files of a folder tree. Waits for the disk, never for a pipe or a device.
public struct DirectoryReader: Sendable {
    /// The folder as the operator names it; messages show it so.
    public let path: String
    public let limits: DirectoryLimits

    public init(path: String, limits: DirectoryLimits = DirectoryLimits()) {
        self.path = path
        self.limits = limits
    }

    /// Reads everything that is there now. Links are followed; a folder that several links lead to is read once.
    public func read() -> DirectorySnapshot {
        var walk = DirectoryWalk(root: path, limits: limits)
        return walk.run()
    }

    /// Reads one file whatever its name, as `headgate validate FILE` does.
    public static func readFile(_ path: String, limits: DirectoryLimits = DirectoryLimits()) -> FileContent {
        FileReading.read(path, in: AT_FDCWD, shownPath: path, maximumBytes: limits.maximumFileBytes)
            ?? .unreadable(Diagnostic(file: path, message: FileReading.text(of: ENOENT), rule: "file/unreadable"))
    }

    /// A path of the snapshot as the operator names it: the directory's, then the file's.
    public func shownPath(_ relativePath: String) -> String {
        PathText.join(path, relativePath)
    }

    /// The file as a loader takes it: named for the operator, relative paths resolved against its own folder.
    public func flowFile(_ relativePath: String, bytes: [UInt8]) -> FlowFile {
        Self.flowFile(path: shownPath(relativePath), bytes: bytes)
    }

    /// A file outside of a directory as a loader takes it.
    public static func flowFile(path: String, bytes: [UInt8]) -> FlowFile {
        FlowFile(path: path, bytes: bytes, baseDirectory: PathText.parent(of: PathText.absolute(path)))
    }

    /// Loads every file of a snapshot; one that could not be read is a file with that problem.
    public func load(_ snapshot: DirectorySnapshot, with loader: FlowLoader) -> [LoadedFile] {
        snapshot.files.map { file in
            switch file.content {
            case .bytes(let bytes): loader.load(flowFile(file.path, bytes: bytes))
            case .unreadable(let problem): LoadedFile(path: shownPath(file.path), diagnostics: [problem])
            }
        }
    }
}
