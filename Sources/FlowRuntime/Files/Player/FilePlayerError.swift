import Glibc

/// Why a file cannot be played.
enum FilePlayerError: Error, Hashable, Sendable {
    case notFound(String)
    case permissionDenied(String)
    /// A folder, a FIFO, a device.
    case notRegularFile(String)
    case notTransportStream(String)
    case unknownClip(String)
    case unreadable(String, errno: Int32)
    /// The pacing thread was not started, or has ended.
    case notRunning

    /// A sentence for status and log.
    var message: String {
        switch self {
        case .notFound(let name): "\(name): no such file"
        case .permissionDenied(let name): "\(name): permission denied"
        case .notRegularFile(let name): "\(name): not a regular file"
        case .notTransportStream(let name): "\(name): not an MPEG transport stream"
        case .unknownClip(let name):
            "builtin:\(name): no such clip; there are "
                + BuiltinClips.names.map { "builtin:\($0)" }.joined(separator: " and ")
        case .unreadable(let name, let code): "\(name): \(String(cString: strerror(code)))"
        case .notRunning: "the gateway is stopping"
        }
    }

    init(_ name: String, errno code: Int32) {
        switch code {
        case ENOENT, ENOTDIR: self = .notFound(name)
        case EACCES, EPERM: self = .permissionDenied(name)
        default: self = .unreadable(name, errno: code)
        }
    }
}
