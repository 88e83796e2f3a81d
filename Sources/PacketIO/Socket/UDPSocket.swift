import CLinux
import Glibc
import NetworkAddress

/// A UDP socket's descriptor with the options that this room sets. Not closed by itself: its owner calls ``close()``.
struct UDPSocket {
    let descriptor: Int32
    let family: IPAddress.Family

    /// A non-blocking UDP socket.
    init(family: IPAddress.Family) throws(PacketIOError) {
        self.family = family
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        descriptor = socket(family == .v4 ? AF_INET : AF_INET6, type, 0)
        guard descriptor >= 0 else { throw .failed("open a UDP socket", errno: errno) }
    }

    func close() {
        _ = Glibc.close(descriptor)
    }

    /// Sets an integer option; returns the `errno`, or 0.
    @discardableResult
    func set(_ level: Int32, _ option: Int32, _ value: Int32) -> Int32 {
        var value = value
        let result = setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        return result == 0 ? 0 : errno
    }

    func require(
        _ level: Int32,
        _ option: Int32,
        _ value: Int32,
        _ action: @autoclosure () -> String
    ) throws(PacketIOError) {
        let code = set(level, option, value)
        guard code == 0 else { throw .failed(action(), errno: code) }
    }

    func bind(_ endpoint: IPEndpoint, scope: UInt32 = 0) throws(PacketIOError) {
        let code = endpoint.withSocketAddress(family: family, scope: scope) { address, length in
            Glibc.bind(descriptor, address, length) == 0 ? 0 : errno
        }
        guard code == 0 else { throw .failed("bind UDP \(endpoint)", errno: code) }
    }

    func connect(_ endpoint: IPEndpoint, scope: UInt32 = 0) throws(PacketIOError) {
        let code = endpoint.withSocketAddress(family: family, scope: scope) { address, length in
            Glibc.connect(descriptor, address, length) == 0 ? 0 : errno
        }
        guard code == 0 else { throw .failed("send to UDP \(endpoint)", errno: code) }
    }

    /// Where the socket is bound.
    var localEndpoint: IPEndpoint? {
        withUnsafeTemporaryAllocation(byteCount: MemoryLayout<sockaddr_storage>.size, alignment: 8) { storage in
            var length = socklen_t(storage.count)
            let result = storage.withMemoryRebound(to: sockaddr.self) {
                getsockname(descriptor, $0.baseAddress, &length)
            }
            guard result == 0, let base = storage.baseAddress else { return nil }
            return IPEndpoint(socketAddress: base)
        }
    }

    /// Asks for `bytes` of receive buffer, above the machine's limit where the process may.
    func setReceiveBuffer(_ bytes: Int) {
        let bytes = Int32(clamping: bytes)
        if set(SOL_SOCKET, SO_RCVBUFFORCE, bytes) != 0 { set(SOL_SOCKET, SO_RCVBUF, bytes) }
    }

    func setSendBuffer(_ bytes: Int) {
        let bytes = Int32(clamping: bytes)
        if set(SOL_SOCKET, SO_SNDBUFFORCE, bytes) != 0 { set(SOL_SOCKET, SO_SNDBUF, bytes) }
    }

    /// Datagrams that the kernel dropped because the buffer was full, or because a filter said so. Wraps.
    var drops: UInt32? {
        // SO_MEMINFO returns SK_MEMINFO_VARS (9) words; the last is SK_MEMINFO_DROPS.
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 16) { words in
            var length = socklen_t(words.count * MemoryLayout<UInt32>.stride)
            guard getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, words.baseAddress, &length) == 0,
                Int(length) >= 9 * MemoryLayout<UInt32>.stride
            else { return nil }
            return words[8]
        }
    }

    /// Whether the kernel cuts one long message into datagrams (UDP_SEGMENT, Linux 4.18).
    var supportsSegmentation: Bool {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_UDP, UDP_SEGMENT, &value, &length) == 0
    }
}

/// The kernel's number for an interface's name; 0, which lets the kernel choose, for nil.
func interfaceIndex(_ name: String?) throws(PacketIOError) -> UInt32 {
    guard let name else { return 0 }
    let index = if_nametoindex(name)
    guard index != 0 else {
        throw PacketIOError(reason: .noSuchInterface, message: "There is no network interface named \(name).")
    }
    return index
}
