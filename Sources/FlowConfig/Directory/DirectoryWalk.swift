import FlowModel
import Glibc

/// One walk over a folder tree, in the order of names.
struct DirectoryWalk {
    private struct FolderIdentity: Hashable {
        var device: UInt
        var inode: UInt
    }

    private let root: String
    private let limits: DirectoryLimits
    private var snapshot = DirectorySnapshot()
    /// Folders that were entered: links cannot lead round in circles, and no file is read twice.
    private var entered: Set<FolderIdentity> = []
    private var entryCount = 0
    private var byteCount = 0

    init(root: String, limits: DirectoryLimits) {
        self.root = root
        self.limits = limits
    }

    mutating func run() -> DirectorySnapshot {
        let descriptor = open(root, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            let message = errno == ENOENT ? "the directory does not exist" : FileReading.text(of: errno)
            snapshot.problem = Diagnostic(file: root, message: message, rule: "file/directory")
            return snapshot
        }
        read(descriptor, relativePath: "", depth: 1)
        return snapshot
    }

    /// Reads an open folder and closes it.
    private mutating func read(_ descriptor: Int32, relativePath: String, depth: Int) {
        var status = stat()
        if fstat(descriptor, &status) == 0,
            !entered.insert(FolderIdentity(device: UInt(status.st_dev), inode: UInt(status.st_ino))).inserted
        {
            close(descriptor)
            return
        }
        guard let stream = fdopendir(descriptor) else {
            refuseFolder(relativePath, FileReading.text(of: errno))
            close(descriptor)
            return
        }
        defer { closedir(stream) }
        guard let names = names(in: stream, relativePath: relativePath) else { return }
        for name in names where snapshot.problem == nil {
            read(name, in: descriptor, relativePath: relativePath, depth: depth)
        }
    }

    /// Sorted; nil when the folder cannot be listed to its end.
    private mutating func names(in stream: OpaquePointer, relativePath: String) -> [String]? {
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno == 0 { break }
                refuseFolder(relativePath, FileReading.text(of: errno))
                return nil
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            entryCount += 1
            guard entryCount <= limits.maximumEntries else {
                refuseAll("more than \(limits.maximumEntries) entries")
                return nil
            }
            guard FlowFileName.countsAsFolder(name) else { continue }
            // Anything else than a folder, or a link to one, needs a name that counts.
            let type = Int(entry.pointee.d_type)
            let mayBeFolder = type == Int(DT_DIR) || type == Int(DT_LNK) || type == Int(DT_UNKNOWN)
            guard mayBeFolder || FlowFileName.counts(name) else { continue }
            names.append(name)
        }
        return names.sorted()
    }

    private mutating func read(_ name: String, in folder: Int32, relativePath: String, depth: Int) {
        let path = relativePath.isEmpty ? name : "\(relativePath)/\(name)"
        if FlowFileName.counts(name) {
            let shown = PathText.join(root, path)
            let limit = limits.maximumFileBytes
            guard let content = FileReading.read(name, in: folder, shownPath: shown, maximumBytes: limit) else {
                return
            }
            if case .bytes(let bytes) = content { byteCount += bytes.count }
            guard byteCount <= limits.maximumTotalBytes else {
                refuseAll("more than \(limits.maximumTotalBytes) bytes in all files")
                return
            }
            snapshot.files.append(DirectorySnapshot.File(path: path, content: content))
            return
        }
        let descriptor = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            // Gone meanwhile, a dangling link, or a link to something that is no folder: nothing that counts.
            if errno != ENOENT && errno != ENOTDIR && errno != ELOOP { refuseFolder(path, FileReading.text(of: errno)) }
            return
        }
        guard depth < limits.maximumDepth else {
            close(descriptor)
            refuseFolder(path, "more than \(limits.maximumDepth) levels of folders")
            return
        }
        read(descriptor, relativePath: path, depth: depth + 1)
    }

    private mutating func refuseFolder(_ relativePath: String, _ message: String) {
        let shown = relativePath.isEmpty ? root : PathText.join(root, relativePath)
        let problem = Diagnostic(file: shown, message: message, rule: "file/directory")
        if relativePath.isEmpty {
            snapshot.problem = problem
        } else {
            snapshot.unreadableFolders.append(
                DirectorySnapshot.UnreadableFolder(path: relativePath, problem: problem)
            )
        }
    }

    private mutating func refuseAll(_ message: String) {
        snapshot.problem = Diagnostic(file: root, message: "\(message); the rest is not read", rule: "file/limit")
    }
}
