import CLinux
import Glibc
import NetworkAddress

/// Opens, binds and joins what `configuration` asks for.
func openReceivingSocket(
    _ configuration: UDPReceiverConfiguration
) throws(PacketIOError) -> (UDPSocket, MulticastMembership?) {
    let interface = try interfaceIndex(configuration.interface)
    guard let group = configuration.group else {
        return (try openUnicastSocket(configuration, scope: interface), nil)
    }
    guard group.isMulticast else {
        throw PacketIOError(reason: .invalidConfiguration, message: "\(group) is not a multicast group.")
    }
    let socket = try UDPSocket(family: group.family)
    do throws(PacketIOError) {
        // Several receivers may share a group's port; the group in the address keeps other groups' datagrams out.
        try socket.require(SOL_SOCKET, SO_REUSEADDR, 1, "share the port of \(group)")
        if group.family == .v4 {
            socket.set(Int32(IPPROTO_IP), IP_MULTICAST_ALL, 0)
        } else {
            socket.set(Int32(IPPROTO_IPV6), IPV6_MULTICAST_ALL, 0)
        }
        socket.setReceiveBuffer(configuration.receiveBufferBytes)
        try socket.bind(IPEndpoint(address: group, port: configuration.port), scope: interface)
        var membership = MulticastMembership(group: group, interface: interface)
        try membership.apply(configuration.allow, on: socket)
        return (socket, membership)
    } catch {
        socket.close()
        throw error
    }
}

private func openUnicastSocket(
    _ configuration: UDPReceiverConfiguration,
    scope: UInt32
) throws(PacketIOError) -> UDPSocket {
    if let address = configuration.address {
        return try bindUnicast(address, configuration, scope: scope)
    }
    do throws(PacketIOError) {
        return try bindUnicast(IPAddress(v6: 0), configuration, scope: scope)
    } catch  where error.reason == .addressNotAvailable {
        // A machine without IPv6.
        return try bindUnicast(IPAddress(v4: 0), configuration, scope: scope)
    }
}

private func bindUnicast(
    _ address: IPAddress,
    _ configuration: UDPReceiverConfiguration,
    scope: UInt32
) throws(PacketIOError) -> UDPSocket {
    let socket = try UDPSocket(family: address.family)
    do throws(PacketIOError) {
        if address.family == .v6 {
            // The unspecified address without a word about the family means both.
            let isDual = configuration.address == nil
            try socket.require(Int32(IPPROTO_IPV6), IPV6_V6ONLY, isDual ? 0 : 1, "open an IPv6 socket")
        }
        socket.setReceiveBuffer(configuration.receiveBufferBytes)
        try socket.bind(IPEndpoint(address: address, port: configuration.port), scope: scope)
        return socket
    } catch {
        socket.close()
        throw error
    }
}
