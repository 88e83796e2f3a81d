import Glibc
import MPEGTS
import SystemFiles

/// A segment while it is written: `NAME.part`, locked so that nobody takes it for a leftover.
struct SegmentFile: ~Copyable {
    /// What went wrong, as a sentence.
    struct WriteError: Error, Hashable {
        let message: String

        init(_ path: String, _ code: Int32 = errno) {
            message = "\(path): \(String(cString: strerror(code)))"
        }
    }

    /// The final path.
    let path: String
    private(set) var byteCount: Int64 = 0
    private let descriptor: Int32

    /// Makes the folders and the file for a time; when the name is taken, one with a number.
    init(_ pattern: SegmentPattern, at unixTime: Int64) throws(WriteError) {
        var found: (path: String, descriptor: Int32)?
        for collision in 0...SegmentPattern.maximumCollisions {
            let path = pattern.path(at: unixTime, suffix: collision > 0 ? "-\(collision)" : "")
            if collision == 0 { try Self.makeFolders(for: path) }
            if access(path, F_OK) == 0 { continue }
            let partial = path + SegmentPattern.partialSuffix
            let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
            if descriptor >= 0 {
                flock(descriptor, LOCK_EX | LOCK_NB)
                found = (path, descriptor)
                break
            }
            if errno != EEXIST { throw WriteError(partial) }
        }
        guard let found else { throw WriteError(pattern.path(at: unixTime), EEXIST) }
        path = found.path
        descriptor = found.descriptor
    }

    deinit { close(descriptor) }

    private static func makeFolders(for path: String) throws(WriteError) {
        var end = path.startIndex
        while let slash = path[end...].dropFirst().firstIndex(of: "/") {
            end = slash
            let folder = String(path[..<slash])
            if mkdir(folder, 0o755) != 0, errno != EEXIST {
                let code = errno
                // What exists may still not be ours to make: only a missing folder is a failure.
                if access(folder, F_OK) != 0 { throw WriteError(folder, code) }
            }
        }
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(WriteError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw WriteError(path)
            }
            byteCount += Int64(count)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Cuts a packet that was half written, makes the bytes durable, and gives the file its name; an empty one goes.
    consuming func finish() throws(WriteError) {
        let partial = path + SegmentPattern.partialSuffix
        guard try Self.trimAndSync(descriptor, byteCount, partial) else { return }
        guard rename(partial, path) == 0 else { throw WriteError(path) }
        if let slash = path.lastIndex(of: "/") { FileWriting.syncFolder(String(path[...slash])) }
    }

    /// False when nothing was left and the file was removed.
    private static func trimAndSync(_ descriptor: Int32, _ byteCount: Int64, _ path: String) throws(WriteError) -> Bool
    {
        let whole = byteCount - byteCount % Int64(TSPacket.byteCount)
        guard whole > 0 else {
            unlink(path)
            return false
        }
        if whole < byteCount, ftruncate(descriptor, off_t(whole)) != 0 { throw WriteError(path) }
        if fsync(descriptor) != 0 { throw WriteError(path) }
        return true
    }

    /// Completes what a crash left behind: each unfinished file of the pattern that nobody writes any more becomes
    /// `NAME.recovered.ts`, cut to whole packets.
    static func recoverLeftovers(_ pattern: SegmentPattern) {
        for partial in SegmentFinder(pattern).partialFiles {
            let descriptor = open(partial, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                flock(descriptor, LOCK_EX | LOCK_NB) == 0,
                (try? trimAndSync(descriptor, Int64(status.st_size), partial)) == true
            else { continue }
            for collision in 0...SegmentPattern.maximumCollisions {
                let path = pattern.recoveredPath(ofPartial: partial, collision: collision)
                if access(path, F_OK) == 0 { continue }
                rename(partial, path)
                break
            }
        }
    }
}
