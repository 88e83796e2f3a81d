import CLinux
import Glibc
import NetworkAddress

/// Bytes reserved for one `sockaddr_in` or `sockaddr_in6`: 28, rounded up.
let socketAddressStride = 32

/// A kernel's `sockaddr` as three words that compare fast; equal for equal sources.
struct RawSource: Equatable {
    var first: UInt64
    var second: UInt64
    var third: UInt64

    static let none = RawSource(first: 0, second: 0, third: 0)

    /// Reads what `recvmmsg` wrote; `name` has ``socketAddressStride`` bytes.
    @inline(__always)
    init(name: UnsafeRawPointer) {
        first = name.load(as: UInt64.self)
        if UInt16(truncatingIfNeeded: first.littleEndian) == UInt16(AF_INET) {
            second = 0
            third = 0
        } else {
            // sin6_flowinfo, the high half of the first word, says nothing about who sent it.
            first = UInt64(littleEndian: first.littleEndian & 0xffff_ffff)
            second = name.load(fromByteOffset: 8, as: UInt64.self)
            third = name.load(fromByteOffset: 16, as: UInt64.self)
        }
    }

    private init(first: UInt64, second: UInt64, third: UInt64) {
        self.first = first
        self.second = second
        self.third = third
    }
}

extension IPEndpoint {
    /// Reads a `sockaddr_in` or `sockaddr_in6`; nil for other families.
    init?(socketAddress name: UnsafeRawPointer) {
        let port = UInt16(bigEndian: name.load(fromByteOffset: 2, as: UInt16.self))
        switch Int32(name.load(as: sa_family_t.self)) {
        case AF_INET:
            let value = UInt32(bigEndian: name.load(fromByteOffset: 4, as: UInt32.self))
            self.init(address: IPAddress(v4: value), port: port)
        case AF_INET6:
            let high = UInt64(bigEndian: name.load(fromByteOffset: 8, as: UInt64.self))
            let low = UInt64(bigEndian: name.load(fromByteOffset: 16, as: UInt64.self))
            self.init(address: IPAddress(v6: UInt128(high) << 64 | UInt128(low)), port: port)
        default:
            return nil
        }
    }

    /// Calls `body` with a `sockaddr` for a socket of family `family`; an IPv4 address becomes IPv4-mapped on an IPv6
    /// socket. `scope` is the interface of a link-local address.
    func withSocketAddress<Result>(
        family: IPAddress.Family,
        scope: UInt32 = 0,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(byteCount: MemoryLayout<sockaddr_storage>.size, alignment: 8) { storage in
            storage.initializeMemory(as: UInt8.self, repeating: 0)
            let length = write(to: storage, family: family, scope: scope)
            return storage.withMemoryRebound(to: sockaddr.self) { address in
                guard let base = address.baseAddress else {
                    preconditionFailure("temporary allocations have an address")
                }
                return body(UnsafePointer(base), length)
            }
        }
    }

    /// Writes a `sockaddr` into zeroed memory of at least 28 bytes and returns its length.
    @discardableResult
    func write(to storage: UnsafeMutableRawBufferPointer, family: IPAddress.Family, scope: UInt32 = 0) -> socklen_t {
        storage.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
        switch family {
        case .v4:
            storage.storeBytes(of: sa_family_t(AF_INET), as: sa_family_t.self)
            storage.storeBytes(
                of: UInt32(truncatingIfNeeded: address.value).bigEndian,
                toByteOffset: 4,
                as: UInt32.self
            )
            return socklen_t(MemoryLayout<sockaddr_in>.size)
        case .v6:
            // ::ffff:a.b.c.d, except that every IPv4 address is every address.
            let mapped = address.isUnspecified ? 0 : UInt128(0xffff) << 32 | address.value
            let value = address.family == .v4 ? mapped : address.value
            storage.storeBytes(of: sa_family_t(AF_INET6), as: sa_family_t.self)
            storage.storeBytes(of: UInt64(truncatingIfNeeded: value >> 64).bigEndian, toByteOffset: 8, as: UInt64.self)
            storage.storeBytes(of: UInt64(truncatingIfNeeded: value).bigEndian, toByteOffset: 16, as: UInt64.self)
            storage.storeBytes(of: scope, toByteOffset: 24, as: UInt32.self)
            return socklen_t(MemoryLayout<sockaddr_in6>.size)
        }
    }
}
