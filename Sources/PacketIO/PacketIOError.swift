import Glibc

/// Why a socket could not be opened.
public struct PacketIOError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// Another socket has the port: retryable.
        case portInUse
        /// No interface of this machine has the address, or there is no route to it: retryable.
        case addressNotAvailable
        /// Ports below 1,024 without the capability, or a firewall's refusal: needs a person.
        case permissionDenied
        /// The interface's name is unknown: needs a person, or the interface to come up.
        case noSuchInterface
        /// The configuration asks for what cannot be: needs a person.
        case invalidConfiguration
        /// Any other failure, with its `errno`.
        case systemCall(Int32)
    }

    public var reason: Reason
    /// One sentence that names what was tried.
    public var message: String

    public init(reason: Reason, message: String) {
        self.reason = reason
        self.message = message
    }
}

extension PacketIOError: CustomStringConvertible {
    public var description: String { message }
}

extension PacketIOError {
    /// The error for a failed call on a socket; `action` completes "Cannot …".
    static func failed(_ action: String, errno code: Int32) -> PacketIOError {
        let reason: Reason =
            switch code {
            case EADDRINUSE: .portInUse
            case EADDRNOTAVAIL, ENETUNREACH, EHOSTUNREACH, EAFNOSUPPORT: .addressNotAvailable
            case EACCES, EPERM: .permissionDenied
            case ENODEV, ENXIO: .noSuchInterface
            default: .systemCall(code)
            }
        return PacketIOError(reason: reason, message: "Cannot \(action): \(errorText(code)).")
    }
}

/// The C library's words for an `errno`.
func errorText(_ code: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
        guard let base = buffer.baseAddress, strerror_r(code, base, buffer.count) == 0 else { return "error \(code)" }
        return String(cString: base)
    }
}
