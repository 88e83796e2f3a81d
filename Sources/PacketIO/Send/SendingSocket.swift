import CLinux
import Glibc
import NetworkAddress

/// Opens a socket that is connected to the configuration's destination, which saves the kernel a route look-up for
/// each datagram.
func openSendingSocket(_ configuration: UDPSenderConfiguration) throws(PacketIOError) -> UDPSocket {
    let destination = configuration.destination
    let interface = try interfaceIndex(configuration.interface)
    let socket = try UDPSocket(family: destination.address.family)
    do throws(PacketIOError) {
        socket.setSendBuffer(configuration.sendBufferBytes)
        if let timeToLive = configuration.timeToLive {
            try setTimeToLive(Int32(timeToLive), of: socket, isMulticast: destination.address.isMulticast)
        }
        if interface != 0, let name = configuration.interface {
            try setInterface(interface, name, of: socket, isMulticast: destination.address.isMulticast)
        }
        if configuration.localPort != 0 || configuration.localAddress != nil {
            let any = destination.address.family == .v4 ? IPAddress(v4: 0) : IPAddress(v6: 0)
            let address = configuration.localAddress ?? any
            guard address.family == socket.family else {
                let message = "\(address) cannot send to \(destination): the families differ."
                throw PacketIOError(reason: .invalidConfiguration, message: message)
            }
            try socket.bind(IPEndpoint(address: address, port: configuration.localPort), scope: interface)
        }
        try socket.connect(destination, scope: interface)
        return socket
    } catch {
        socket.close()
        throw error
    }
}

private func setTimeToLive(_ value: Int32, of socket: UDPSocket, isMulticast: Bool) throws(PacketIOError) {
    switch socket.family {
    case .v4:
        let option = isMulticast ? IP_MULTICAST_TTL : IP_TTL
        try socket.require(Int32(IPPROTO_IP), option, value, "set the time to live \(value)")
    case .v6:
        let option = isMulticast ? IPV6_MULTICAST_HOPS : IPV6_UNICAST_HOPS
        try socket.require(Int32(IPPROTO_IPV6), option, value, "set the hop limit \(value)")
    }
}

private func setInterface(
    _ index: UInt32,
    _ name: String,
    of socket: UDPSocket,
    isMulticast: Bool
) throws(PacketIOError) {
    let action = "send through the interface \(name)"
    switch (socket.family, isMulticast) {
    case (.v4, true):
        var request = ip_mreqn()
        request.imr_ifindex = Int32(bitPattern: index)
        let length = socklen_t(MemoryLayout<ip_mreqn>.size)
        let result = setsockopt(socket.descriptor, Int32(IPPROTO_IP), IP_MULTICAST_IF, &request, length)
        guard result == 0 else { throw .failed(action, errno: errno) }
    case (.v6, true):
        try socket.require(Int32(IPPROTO_IPV6), IPV6_MULTICAST_IF, Int32(bitPattern: index), action)
    case (.v4, false):
        // In network byte order, unlike the others.
        let value = Int32(bitPattern: index.bigEndian)
        try socket.require(Int32(IPPROTO_IP), IP_UNICAST_IF, value, action)
    case (.v6, false):
        let value = Int32(bitPattern: index.bigEndian)
        try socket.require(Int32(IPPROTO_IPV6), IPV6_UNICAST_IF, value, action)
    }
}
