import Glibc

/// A blocking connection to a port of the loopback interface, for tests that say exactly what goes over it. No call waits
/// for longer than ten seconds.
public final class TCPConnection: Sendable {
    private let descriptor: Int32

    public init(to port: UInt16) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemCallError("socket") }
        var timeout = timeval(tv_sec: 10, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, length)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, length)
        var address = UDPSocket.loopback(port)
        guard UDPSocket.withSocketAddress(&address, { connect(descriptor, $0, $1) }) == 0 else {
            let error = SystemCallError("connect to port \(port)")
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    public func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw SystemCallError("send") }
            rest = rest.dropFirst(count)
        }
    }

    /// What came, at most 64 KiB; empty when the far side closed.
    public func receive() throws -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count >= 0 || errno == ECONNRESET else { throw SystemCallError("recv") }
        return Array(chunk.prefix(max(0, count)))
    }

    /// Has the connection reset, and not closed in good order, when it goes.
    public func resetAtEnd() {
        var setting = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &setting, socklen_t(MemoryLayout<linger>.size))
    }

    /// Reads and forgets until the far side closes.
    public func waitForClose() throws {
        while try !receive().isEmpty {}
    }
}
