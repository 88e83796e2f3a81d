/// An IP address with a UDP or TCP port: where a datagram came from, or where it goes.
public struct IPEndpoint: Hashable, Sendable {
    public var address: IPAddress
    public var port: UInt16

    @inlinable
    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

extension IPEndpoint: CustomStringConvertible {
    /// `192.0.2.1:5000` or `[2001:db8::1]:5000`.
    public var description: String {
        address.family == .v4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
