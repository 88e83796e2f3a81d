public import NetworkAddress

/// Where a ``UDPSender`` sends.
public struct UDPSenderConfiguration: Hashable, Sendable {
    /// A host or a multicast group.
    public var destination: IPEndpoint
    /// Time to live, or hop limit; nil for the system's default (64; 1 for multicast).
    public var timeToLive: UInt8?
    /// The name of the interface to send through; nil lets the routing table choose.
    public var interface: String?
    /// The local address to send from; nil lets the routing table choose.
    public var localAddress: IPAddress?
    /// The local port; 0 for any free one.
    public var localPort: UInt16
    /// What is asked of the kernel, in bytes.
    public var sendBufferBytes: Int
    /// Whether equal datagrams may go to the kernel as one segmented message, where it can.
    public var usesSegmentation: Bool

    public init(
        destination: IPEndpoint,
        timeToLive: UInt8? = nil,
        interface: String? = nil,
        localAddress: IPAddress? = nil,
        localPort: UInt16 = 0,
        sendBufferBytes: Int = PacketIOLimits.sendBufferBytes,
        usesSegmentation: Bool = true
    ) {
        self.destination = destination
        self.timeToLive = timeToLive
        self.interface = interface
        self.localAddress = localAddress
        self.localPort = localPort
        self.sendBufferBytes = sendBufferBytes
        self.usesSegmentation = usesSegmentation
    }
}

/// What a ``UDPSender`` has done since it was opened.
public struct UDPSenderCounters: Hashable, Sendable {
    /// Handed to the kernel.
    public var datagrams: UInt64 = 0
    /// Payloads and headers.
    public var bytes: UInt64 = 0
    /// Not sent: the send buffer was full, or the system refused.
    public var dropped: UInt64 = 0
    /// The destination's host answered that nobody listens on the port.
    public var connectionRefused: UInt64 = 0
    /// The last failure that dropped datagrams, as a sentence; nil while there was none, or since it went away.
    public var lastError: String?

    public init() {}
}
