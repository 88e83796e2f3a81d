import Glibc

/// Holds a state folder for one gateway: two would forget each other's last good files. The kernel lets go of it when
/// the process ends, however it ends.
struct StateDirectoryLock: ~Copyable {
    struct Taken: Error {}

    private static let fileName = "lock"
    private let descriptor: Int32

    /// Nil when the file cannot be made: a folder that cannot be written keeps nothing that could be lost.
    init?(directory: String) throws(Taken) {
        descriptor = open("\(directory)/\(Self.fileName)", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Taken()
        }
    }

    deinit {
        close(descriptor)
    }
}
