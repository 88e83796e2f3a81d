public import NetworkAddress

/// Where a ``UDPReceiver`` listens and to whom.
public struct UDPReceiverConfiguration: Hashable, Sendable {
    /// The local address; nil for every address of both families. Not used with a `group`.
    public var address: IPAddress?
    /// 0 for any free port.
    public var port: UInt16
    /// A multicast group to join. The socket then takes only what is sent to the group, so that several receivers
    /// may have different groups on one port.
    public var group: IPAddress?
    /// The name of the interface that joins the group; nil lets the routing table choose.
    public var interface: String?
    /// The sources that may send. A group is joined source by source when these are single addresses.
    public var allow: Allowlist
    /// What is asked of the kernel, in bytes.
    public var receiveBufferBytes: Int

    public init(
        address: IPAddress? = nil,
        port: UInt16 = 0,
        group: IPAddress? = nil,
        interface: String? = nil,
        allow: Allowlist = .everyone,
        receiveBufferBytes: Int = PacketIOLimits.receiveBufferBytes
    ) {
        self.address = address
        self.port = port
        self.group = group
        self.interface = interface
        self.allow = allow
        self.receiveBufferBytes = receiveBufferBytes
    }
}

/// What a ``UDPReceiver`` has seen since it was opened.
public struct UDPReceiverCounters: Hashable, Sendable {
    /// Passed to the handler.
    public var datagrams: UInt64 = 0
    public var bytes: UInt64 = 0
    /// From sources outside the allowlist. While the kernel filters, drops for a full buffer count here too.
    public var refused: UInt64 = 0
    /// Longer than ``PacketIOLimits/datagramBytes``, and dropped.
    public var truncated: UInt64 = 0
    /// Dropped by the kernel because the receive buffer was full.
    public var kernelDrops: UInt64 = 0

    public init() {}
}
