import Glibc
import Synchronization

/// A system call that failed in a test helper.
public struct SystemCallError: Error, Hashable, Sendable, CustomStringConvertible {
    public var call: String
    public var code: Int32

    init(_ call: String, code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    public var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// A blocking IPv4 UDP socket on the loopback interface, for tests.
public final class UDPSocket: Sendable {
    let descriptor: Int32
    public let port: UInt16

    /// Binds to 127.0.0.1; port 0 picks a free one.
    public init(port: UInt16 = 0, receiveBufferBytes: Int32 = 8 << 20) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemCallError("socket") }
        var size = receiveBufferBytes
        // FORCE needs privileges; without them the plain option takes what the system allows.
        if setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, 4) != 0 {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
        }
        var address = Self.loopback(port)
        guard Self.withSocketAddress(&address, { bind(descriptor, $0, $1) }) == 0 else {
            let error = SystemCallError("bind to port \(port)")
            close(descriptor)
            throw error
        }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        self.descriptor = descriptor
        self.port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    /// Sends one datagram to 127.0.0.1.
    public func send(_ bytes: [UInt8], to port: UInt16) throws {
        var address = Self.loopback(port)
        let sent = bytes.withUnsafeBytes { buffer in
            Self.withSocketAddress(&address) { sendto(descriptor, buffer.baseAddress, buffer.count, 0, $0, $1) }
        }
        // A closed port on the far side shows up on a later call; the test notices by what does not arrive.
        guard sent == bytes.count || errno == ECONNREFUSED else { throw SystemCallError("sendto port \(port)") }
    }

    /// The next datagram, or nil when none came in time.
    public func receive(within timeout: Duration = .seconds(10)) -> [UInt8]? {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let (seconds, attoseconds) = timeout.components
        let milliseconds = Int32(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
        guard poll(&entry, 1, milliseconds) > 0 else { return nil }
        return receiveNow()
    }

    /// The next datagram that is there already.
    public func receiveNow() -> [UInt8]? { receiveNowWithSource()?.bytes }

    /// The next datagram that is there already, and the port that it came from.
    func receiveNowWithSource() -> (bytes: [UInt8], port: UInt16)? {
        let capacity = 65_536
        var count = 0
        var source = Self.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
            count = withUnsafeMutablePointer(to: &source) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(descriptor, buffer.baseAddress, capacity, Int32(MSG_DONTWAIT), $0, &length)
                }
            }
            initialized = max(0, count)
        }
        return count >= 0 ? (bytes, UInt16(bigEndian: source.sin_port)) : nil
    }

    static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    static func withSocketAddress<Result>(
        _ address: inout sockaddr_in,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
