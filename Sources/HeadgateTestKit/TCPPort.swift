import Glibc

public enum TCPPort {
    /// Whether something listens on a port of the loopback interface.
    public static func isOpen(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = UDPSocket.loopback(port)
        return UDPSocket.withSocketAddress(&address) { connect(descriptor, $0, $1) } == 0
    }
}
