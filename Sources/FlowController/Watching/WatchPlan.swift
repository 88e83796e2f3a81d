import FlowConfig
import Glibc

/// The folders to watch, and which names in them matter.
struct WatchPlan {
    struct Interest: Hashable {
        /// The folder belongs to the flows directory: everything that counts as a flow file or folder matters.
        var isFlowFolder = false
        /// Further names that matter.
        var names: Set<String> = []

        func matters(_ name: String, isFolder: Bool) -> Bool {
            // `..data` and the like: kubelet swaps a whole mount by renaming such a link.
            if name.isEmpty || name.hasPrefix("..") || names.contains(name) { return true }
            return isFlowFolder && (FlowFileName.counts(name) || isFolder && FlowFileName.countsAsFolder(name))
        }
    }

    /// Levels of folders, the directory itself being the first; no deeper ones are read.
    static let maximumDepth = DirectoryLimits().maximumDepth
    /// What is in further folders is left to the periodic look.
    static let maximumFolders = 10_000

    private(set) var folders: [String: Interest] = [:]
    private let maximumFolders: Int
    private var visited: Set<FileIdentity> = []

    private struct FileIdentity: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    /// - Parameters:
    ///   - directory: the flows directory, absolute.
    ///   - files: further files, absolute.
    init(directory: String, files: Set<String>, maximumFolders: Int = Self.maximumFolders) {
        self.maximumFolders = maximumFolders
        addAncestors(of: directory)
        if let real = Self.resolve(directory), real != directory { addAncestors(of: real) }
        addTree(directory, depth: 0)
        for file in files { addFile(file) }
    }

    /// Any folder on the way may be replaced: a link that is swapped, a mount, a directory made anew.
    private mutating func addAncestors(of path: String) {
        var path = path[...]
        while let slash = path.lastIndex(of: "/") {
            let name = String(path[path.index(after: slash)...])
            path = path[..<slash]
            if !name.isEmpty { folders[path.isEmpty ? "/" : String(path), default: Interest()].names.insert(name) }
        }
    }

    /// A file outside, or the target of a link: its folder, by its name and by the name of what it links to.
    private mutating func addFile(_ path: String) {
        add(name: path)
        if let real = Self.resolve(path), real != path { add(name: real) }
    }

    private mutating func add(name path: String) {
        guard let slash = path.lastIndex(of: "/") else { return }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        folders[folder, default: Interest()].names.insert(String(path[path.index(after: slash)...]))
    }

    private mutating func addTree(_ path: String, depth: Int) {
        var information = stat()
        guard depth < Self.maximumDepth, folders.count < maximumFolders, stat(path, &information) == 0,
            information.st_mode & S_IFMT == S_IFDIR,
            visited.insert(FileIdentity(device: UInt64(information.st_dev), inode: UInt64(information.st_ino))).inserted
        else { return }
        folders[path, default: Interest()].isFlowFolder = true
        guard let stream = opendir(path) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let kind = Int32(entry.pointee.d_type)
            // Regular files are most of what there is, and the folder's watch covers them.
            guard kind != Int32(DT_REG) else { continue }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard FlowFileName.countsAsFolder(name) else { continue }
            let child = "\(path)/\(name)"
            if kind == Int32(DT_LNK) || kind == Int32(DT_UNKNOWN) { addLink(child, in: path) }
            if kind != Int32(DT_LNK) || stat(child, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR {
                addTree(child, depth: depth + 1)
            }
        }
    }

    private mutating func addLink(_ path: String, in folder: String) {
        var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = target.withUnsafeMutableBytes { buffer in
            readlink(path, buffer.baseAddress!.assumingMemoryBound(to: CChar.self), buffer.count)
        }
        if count > 0, count < target.count {
            let text = String(decoding: target.prefix(count), as: UTF8.self)
            add(name: text.hasPrefix("/") ? text : "\(folder)/\(text)")
        }
        if let real = Self.resolve(path) { add(name: real) }
    }

    private static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
