import Glibc
import SystemFiles

/// State in a folder of its own: mode 0700, files 0600, each replaced by an atomic rename.
package struct FileSystemStateStore: StateStore {
    /// What is larger was not written by this gateway.
    static let maximumFileBytes = 64 << 20
    private static let temporarySuffix = ".writing"

    private let directory: String

    package init(directory: String) {
        self.directory = directory
    }

    package func read(_ name: String) -> [UInt8]? {
        try? RegularFile.read("\(directory)/\(name)", maximumBytes: Self.maximumFileBytes).get()
    }

    package func write(_ bytes: [UInt8], to name: String) -> String? {
        let path = "\(directory)/\(name)"
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        guard makeFolder(folder) else { return "\(folder): \(String(cString: strerror(errno)))" }
        let temporary = path + Self.temporarySuffix
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return "\(temporary): \(String(cString: strerror(errno)))" }
        let isWritten = FileWriting.write(bytes, to: descriptor) && fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        guard isWritten, rename(temporary, path) == 0 else {
            let problem = String(cString: strerror(isWritten ? errno : code))
            unlink(temporary)
            return "\(path): \(problem)"
        }
        FileWriting.syncFolder(folder)
        return nil
    }

    package func remove(_ name: String) {
        unlink("\(directory)/\(name)")
    }

    package func list(_ folder: String) -> [String] {
        guard let stream = opendir("\(directory)/\(folder)") else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix(".") else { continue }
            names.append("\(folder)/\(name)")
        }
        return names
    }

    /// Makes the folder and those above it, for the owner alone.
    private func makeFolder(_ path: String) -> Bool {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return true }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return false }
        return makeFolder(String(path[..<slash])) && (mkdir(path, 0o700) == 0 || errno == EEXIST)
    }
}
