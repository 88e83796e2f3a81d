import Glibc
import NIOCore

/// The server's address cannot be listened on. The description is one sentence for whoever started the gateway.
public struct ListenError: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String

    /// - Parameter host: A name or an address; IPv6 with or without brackets.
    init(host: String, port: Int, code: CInt) {
        let address = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]:\(port)" : "\(host):\(port)"
        description =
            switch code {
            case EADDRINUSE:
                "the address \(address) is in use: another program listens there; choose another with --http"
            case EADDRNOTAVAIL:
                "the address \(address) is not one of this machine; choose another with --http"
            case EACCES:
                "the address \(address) may not be listened on: ports below 1024 need privileges; choose another with --http"
            default:
                "the status server cannot listen on \(address): \(String(cString: strerror(code)))"
            }
    }
}
