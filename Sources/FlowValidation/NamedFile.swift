import FlowConfig
import FlowModel
import Glibc

/// What somebody named on the command line.
enum NamedFile {
    case missing(cause: String)
    case folder
    /// The read end of a pipe that a shell made for `<(command)`.
    case shellPipe
    case file

    init(path: String) {
        var information = stat()
        guard stat(path, &information) == 0 else {
            // A link that leads nowhere is there; what it leads to is not, and reading it says so.
            self = lstat(path, &information) == 0 ? .file : .missing(cause: String(cString: strerror(errno)))
            return
        }
        switch information.st_mode & S_IFMT {
        case S_IFDIR: self = .folder
        case S_IFIFO where path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/self/fd/"): self = .shellPipe
        default: self = .file
        }
    }

    /// The path without links, dots and doubled slashes; nil when there is no such file.
    static func absolutePath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

/// Reads what comes through a pipe, and no more of it than a flow file may have.
enum PipeContent {
    /// A byte more than a flow file may have, so that the loader sees that it is too large.
    static let maximumBytes = FlowLoader.maximumFileBytes + 1

    struct ReadError: Error {
        var cause: String
    }

    static func read(path: String) throws(ReadError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ReadError(cause: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        return try read(descriptor: descriptor)
    }

    /// Reads to the end or to `maximumBytes`.
    static func read(descriptor: Int32) throws(ReadError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while bytes.count < maximumBytes {
            let count = Glibc.read(descriptor, &chunk, min(chunk.count, maximumBytes - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ReadError(cause: String(cString: strerror(errno))) }
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }
}
