import CLinux
import Dispatch
import FlowPlanner
import Glibc
import NetworkAddress

/// Turns a host name into an address with the system's resolver, on a thread where waiting hurts nobody.
struct HostResolver: Sendable {
    /// Bounded by the queue: look-ups that hang for their time-out must not pile up threads.
    private static let queue = DispatchQueue(label: "headgate.resolver", attributes: .concurrent)
    private static let places = DispatchSemaphore(value: 8)

    /// The address of `host`, which may be an address already. IPv4 is preferred.
    func resolve(_ host: String) async throws(ApplyFailure) -> IPAddress {
        if let address = IPAddress(host) { return address }
        let address = await withCheckedContinuation { continuation in
            Self.queue.async {
                Self.places.wait()
                let address = Self.lookUp(host)
                Self.places.signal()
                continuation.resume(returning: address)
            }
        }
        guard let address else { throw Self.failure(host) }
        return address
    }

    static func failure(_ host: String) -> ApplyFailure {
        ApplyFailure(remedy: .retry, reason: "HostNotFound", message: "the host name \(host) does not resolve")
    }

    /// Blocks for as long as the system's resolver takes.
    static func lookUp(_ host: String) -> IPAddress? {
        if let address = IPAddress(host) { return address }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return nil }
        defer { freeaddrinfo(list) }
        var found: IPAddress?
        var entry = list
        while let current = entry {
            if let address = IPAddress(current.pointee.ai_addr) {
                if address.family == .v4 { return address }
                found = found ?? address
            }
            entry = current.pointee.ai_next
        }
        return found
    }
}

extension IPAddress {
    /// The address in a `sockaddr` of either family.
    init?(_ socketAddress: UnsafePointer<sockaddr>?) {
        guard let socketAddress else { return nil }
        switch Int32(socketAddress.pointee.sa_family) {
        case AF_INET:
            let value = socketAddress.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                $0.pointee.sin_addr.s_addr
            }
            self.init(v4: UInt32(bigEndian: value))
        case AF_INET6:
            let bytes = socketAddress.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }
            }
            self.init(v6: bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
        default:
            return nil
        }
    }
}
