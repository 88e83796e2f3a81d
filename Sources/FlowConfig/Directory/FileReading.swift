import FlowModel
import Glibc

/// Reads one file without ever waiting on what is not a plain file.
enum FileReading {
    /// Nil when there is nothing at the path any more.
    ///
    /// - Parameters:
    ///   - folder: An open folder, or `AT_FDCWD`.
    ///   - name: Relative to the folder.
    ///   - shownPath: As the operator names the file.
    static func read(_ name: String, in folder: Int32, shownPath: String, maximumBytes: Int) -> FileContent? {
        func unreadable(_ message: String, _ rule: String) -> FileContent {
            .unreadable(Diagnostic(file: shownPath, message: message, rule: rule))
        }
        // Looked at before it is opened: opening a device can already do something.
        var status = stat()
        guard fstatat(folder, name, &status, 0) == 0 else {
            let code = errno
            guard code == ENOENT || code == ELOOP else { return unreadable(text(of: code), "file/unreadable") }
            guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
            return unreadable(
                code == ELOOP ? "the link leads round in a circle" : "the link leads nowhere",
                "file/dangling-link"
            )
        }
        if let kind = kindThatIsNoFile(status) { return unreadable("\(kind), not a file", "file/not-regular") }
        let descriptor = openat(folder, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else {
            let code = errno
            return code == ENOENT ? nil : unreadable(text(of: code), "file/unreadable")
        }
        defer { close(descriptor) }
        guard fstat(descriptor, &status) == 0 else { return unreadable(text(of: errno), "file/unreadable") }
        if let kind = kindThatIsNoFile(status) { return unreadable("\(kind), not a file", "file/not-regular") }
        let tooLarge = { (bytes: Int) in
            unreadable("the file has \(bytes) bytes; at most \(maximumBytes) are read", "file/too-large")
        }
        guard status.st_size <= maximumBytes else { return tooLarge(Int(status.st_size)) }
        // The file may grow while it is read; files of /proc say 0 and hold more.
        var bytes: [UInt8] = []
        var room = Int(status.st_size) + 1
        while bytes.count <= maximumBytes {
            let start = bytes.count
            var result = 0
            bytes.append(
                contentsOf: [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                    repeat {
                        result = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                    } while result < 0 && errno == EINTR
                    count = max(result, 0)
                }
            )
            if result < 0 { return unreadable(text(of: errno), "file/unreadable") }
            if result == 0 { return .bytes(bytes) }
            room = max(1, min(64 << 10, maximumBytes + 1 - start))
        }
        return tooLarge(bytes.count)
    }

    /// What an error code means, as one line: `Permission denied`.
    static func text(of code: Int32) -> String {
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }

    static func isFolder(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }

    private static func kindThatIsNoFile(_ status: stat) -> String? {
        switch status.st_mode & S_IFMT {
        case S_IFREG: nil
        case S_IFDIR: "a folder"
        case S_IFIFO: "a named pipe"
        case S_IFSOCK: "a socket"
        case S_IFCHR, S_IFBLK: "a device"
        default: "something else"
        }
    }
}
