import Foundation

/// A folder that goes when the test ends.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/headgate-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: self(name), withIntermediateDirectories: true)
    }

    /// Truncates and writes, as a shell's redirection does.
    func write(_ text: String, to name: String) throws {
        let descriptor = open(self(name), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw POSIXError(.EIO) }
        defer { close(descriptor) }
        try FileHandle(fileDescriptor: descriptor).write(contentsOf: Data(text.utf8))
    }

    /// Writes aside and renames, as editors do.
    func save(_ text: String, as name: String) throws {
        let folder = (name as NSString).deletingLastPathComponent
        let temporary = folder.isEmpty ? ".saving" : "\(folder)/.saving"
        try write(text, to: temporary)
        guard rename(self(temporary), self(name)) == 0 else { throw POSIXError(.EIO) }
    }

    func move(_ name: String, to target: String) throws {
        guard rename(self(name), self(target)) == 0 else { throw POSIXError(.EIO) }
    }

    func link(_ name: String, to target: String) throws {
        guard symlink(target, self(name)) == 0 else { throw POSIXError(.EIO) }
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: self(name))
    }
}
