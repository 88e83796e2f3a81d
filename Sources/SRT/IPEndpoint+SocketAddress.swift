import CLinux
import Glibc
import NetworkAddress

extension IPEndpoint {
    /// Reads what a system call filled in; nil for another family.
    init?(_ pointer: UnsafePointer<sockaddr>) {
        switch Int32(pointer.pointee.sa_family) {
        case AF_INET:
            self = UnsafeRawPointer(pointer).withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                IPEndpoint(
                    address: IPAddress(v4: UInt32(bigEndian: $0.pointee.sin_addr.s_addr)),
                    port: UInt16(bigEndian: $0.pointee.sin_port)
                )
            }
        case AF_INET6:
            self = UnsafeRawPointer(pointer).withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                let value = withUnsafeBytes(of: $0.pointee.sin6_addr) { bytes in
                    bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
                }
                return IPEndpoint(address: IPAddress(v6: value), port: UInt16(bigEndian: $0.pointee.sin6_port))
            }
        default:
            return nil
        }
    }

    /// Passes the address in the form that system calls take. An IPv4 address stays one: libsrt keeps the families on
    /// sockets of their own.
    func withSocketAddress<R>(_ body: (UnsafePointer<sockaddr>, Int32) -> R) -> R {
        switch address.family {
        case .v4:
            var raw = sockaddr_in()
            raw.sin_family = sa_family_t(AF_INET)
            raw.sin_port = port.bigEndian
            raw.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.value).bigEndian
            return withUnsafePointer(to: &raw) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, Int32(MemoryLayout<sockaddr_in>.size)) }
            }
        case .v6:
            var raw = sockaddr_in6()
            raw.sin6_family = sa_family_t(AF_INET6)
            raw.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &raw.sin6_addr) {
                $0.storeBytes(of: address.value.bigEndian, as: UInt128.self)
            }
            return withUnsafePointer(to: &raw) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, Int32(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
    }

    /// Runs a call that fills in an address.
    static func filled(
        by body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<Int32>) -> Int32
    ) -> (result: Int32, address: IPEndpoint?) {
        var storage = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                let result = body($0, &length)
                return (result, result == SRTSocket.errorResult ? nil : IPEndpoint(UnsafePointer($0)))
            }
        }
    }
}
