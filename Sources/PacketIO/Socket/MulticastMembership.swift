import CLinux
import Glibc
import NetworkAddress

/// The membership of one multicast group, source-specific (RFC 4607) where the allowlist names single addresses.
struct MulticastMembership {
    let group: IPAddress
    let interface: UInt32
    private var joined: Scope = .none

    /// What is joined at the moment.
    enum Scope: Equatable {
        case none
        case everySource
        case sources(Set<IPAddress>)

        /// The narrowest scope that lets `allow` through. The kernel takes source-specific joins only one address at
        /// a time and only a few of them.
        init(allow: Allowlist, group: IPAddress) {
            let single = allow.networks.filter {
                $0.prefixLength == $0.base.family.bitWidth && $0.base.family == group.family
            }
            guard !single.isEmpty, single.count == allow.networks.count,
                single.count <= PacketIOLimits.multicastSources
            else {
                self = .everySource
                return
            }
            self = .sources(Set(single.map(\.base)))
        }
    }

    init(group: IPAddress, interface: UInt32) {
        self.group = group
        self.interface = interface
    }

    /// Joins what `allow` needs and leaves the rest; a source that stays is not interrupted.
    mutating func apply(_ allow: Allowlist, on socket: UDPSocket) throws(PacketIOError) {
        let wanted = Scope(allow: allow, group: group)
        guard wanted != joined else { return }
        if case .sources(let old) = joined, case .sources(let new) = wanted {
            var current = old
            for source in new.subtracting(old) {
                try change(MCAST_JOIN_SOURCE_GROUP, source: source, on: socket)
                current.insert(source)
                joined = .sources(current)
            }
            for source in old.subtracting(new) {
                try? change(MCAST_LEAVE_SOURCE_GROUP, source: source, on: socket)
            }
        } else {
            if joined != .none { leave(socket) }
            joined = .none
            switch wanted {
            case .none: break
            case .everySource: try change(MCAST_JOIN_GROUP, source: nil, on: socket)
            case .sources(let sources):
                for source in sources { try change(MCAST_JOIN_SOURCE_GROUP, source: source, on: socket) }
            }
        }
        joined = wanted
    }

    private func leave(_ socket: UDPSocket) {
        switch joined {
        case .none: break
        case .everySource: try? change(MCAST_LEAVE_GROUP, source: nil, on: socket)
        case .sources(let sources):
            for source in sources { try? change(MCAST_LEAVE_SOURCE_GROUP, source: source, on: socket) }
        }
    }

    /// One of the protocol-independent calls of RFC 3678 §5: `group_req` is an interface and a group,
    /// `group_source_req` has the source behind it.
    private func change(_ option: Int32, source: IPAddress?, on socket: UDPSocket) throws(PacketIOError) {
        let family = group.family
        let addressBytes = MemoryLayout<sockaddr_storage>.size
        let count = 8 + addressBytes * (source == nil ? 1 : 2)
        let code: Int32 = withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { request in
            request.initializeMemory(as: UInt8.self, repeating: 0)
            request.storeBytes(of: interface, as: UInt32.self)
            let groupPart = UnsafeMutableRawBufferPointer(rebasing: request[8..<8 + addressBytes])
            IPEndpoint(address: group, port: 0).write(to: groupPart, family: family, scope: interface)
            if let source {
                let sourcePart = UnsafeMutableRawBufferPointer(rebasing: request[(8 + addressBytes)...])
                IPEndpoint(address: source, port: 0).write(to: sourcePart, family: family, scope: interface)
            }
            let level = family == .v4 ? Int32(IPPROTO_IP) : Int32(IPPROTO_IPV6)
            let result = setsockopt(socket.descriptor, level, option, request.baseAddress, socklen_t(request.count))
            return result == 0 ? 0 : errno
        }
        guard code == 0 else {
            throw .failed("join the multicast group \(group)" + (source.map { " from \($0)" } ?? ""), errno: code)
        }
    }
}
