import Glibc

/// Reads small regular files without ever waiting for a pipe or a device.
public enum RegularFile {
    public enum ReadFailure: Error, Hashable, Sendable {
        case system(Int32)
        case notRegular
        case tooLarge
    }

    /// The whole file, which may grow while it is read; nothing of one that is larger than `maximumBytes`.
    public static func read(_ path: String, maximumBytes: Int) -> Result<[UInt8], ReadFailure> {
        // O_NONBLOCK: opening a FIFO without a writer must not hang.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { return .failure(.system(errno)) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { return .failure(.system(errno)) }
        guard information.st_mode & S_IFMT == S_IFREG else { return .failure(.notRegular) }
        guard information.st_size <= maximumBytes else { return .failure(.tooLarge) }
        var bytes: [UInt8] = []
        while bytes.count <= maximumBytes {
            let room = min(max(Int(information.st_size) - bytes.count, 0) + 1, maximumBytes + 1 - bytes.count)
            var code: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                let result = Glibc.read(descriptor, buffer.baseAddress, room)
                if result < 0 { code = errno }
                count = max(result, 0)
            }
            if code == EINTR { continue }
            guard code == 0 else { return .failure(.system(code)) }
            if chunk.isEmpty { return .success(bytes) }
            bytes += chunk
        }
        return .failure(.tooLarge)
    }
}

extension RegularFile.ReadFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .system(let code): String(cString: strerror(code))
        case .notRegular: "not a regular file"
        case .tooLarge: "too large"
        }
    }
}
