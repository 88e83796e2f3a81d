import Glibc

/// A TCP port of the loopback interface, bound so that nobody else gets it while this value lives. Connections are
/// refused until `listen` is called.
public final class LoopbackPort: Sendable {
    public let number: UInt16
    public let descriptor: Int32

    public init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemCallError("socket") }
        var address = UDPSocket.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        guard UDPSocket.withSocketAddress(&address, { bind(descriptor, $0, $1) }) == 0 else {
            let error = SystemCallError("bind")
            close(descriptor)
            throw error
        }
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        self.descriptor = descriptor
        number = UInt16(bigEndian: address.sin_port)
    }

    public func listen() throws {
        guard Glibc.listen(descriptor, 16) == 0 else { throw SystemCallError("listen") }
    }

    deinit {
        close(descriptor)
    }
}
