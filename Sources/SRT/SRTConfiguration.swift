public import NetworkAddress

/// A passphrase with the AES key length that goes with it. The passphrase never appears in descriptions.
public struct SRTEncryptionSettings: Hashable, Sendable {
    /// 10 to 79 ASCII characters.
    public var passphrase: String
    /// In bytes: 16, 24 or 32.
    public var keyLength: Int

    public init(passphrase: String, keyLength: Int) {
        self.passphrase = passphrase
        self.keyLength = keyLength
    }

    var isValid: Bool {
        SRTLimits.passphraseBytes.contains(passphrase.utf8.count) && !passphrase.utf8.contains(0)
            && SRTLimits.keyLengths.contains(keyLength)
    }
}

extension SRTEncryptionSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "AES-\(keyLength * 8)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["keyLength": keyLength]) }
}

/// What holds for the whole gateway.
public struct SRTGatewayConfiguration: Sendable {
    /// Where the shared port and ports of their own listen. `::` listens on IPv4 too.
    public var bindAddress: IPAddress
    /// The port that endpoints without a port of their own share; 0 picks a free one, nil turns it off.
    public var sharedPort: UInt16?
    /// How long the poller sleeps between rounds of reading while a publisher is connected.
    public var pollInterval: Duration
    /// How late the kernel may wake libsrt's worker threads, so that their wake-ups fall together.
    public var libraryTimerSlack: Duration
    public var maximumConnections: Int
    public var maximumConnectionsPerAddress: Int
    /// How many wrong keys an address may try of one endpoint in the long run, after the first few.
    public var wrongKeysPerSecond: Double

    public init(
        bindAddress: IPAddress = IPAddress(v4: 0x7f00_0001),
        sharedPort: UInt16? = nil,
        pollInterval: Duration = SRTLimits.defaultPollInterval,
        libraryTimerSlack: Duration = SRTLimits.defaultLibraryTimerSlack,
        maximumConnections: Int = SRTLimits.connections,
        maximumConnectionsPerAddress: Int = SRTLimits.connectionsPerAddress,
        wrongKeysPerSecond: Double = SRTLimits.wrongKeysPerSecond
    ) {
        self.bindAddress = bindAddress
        self.sharedPort = sharedPort
        self.pollInterval = pollInterval
        self.libraryTimerSlack = libraryTimerSlack
        self.maximumConnections = maximumConnections
        self.maximumConnectionsPerAddress = maximumConnectionsPerAddress
        self.wrongKeysPerSecond = wrongKeysPerSecond
    }
}

/// An input that waits for a publisher.
public struct SRTListenerInputConfiguration: Sendable {
    /// Names the input in events; on the shared port also the stream ID when none is given.
    public var name: String
    /// A port of its own, which costs libsrt's two worker threads; nil for the shared port.
    public var port: UInt16?
    /// What the peer must ask for. On a port of its own nil accepts any stream ID.
    public var streamID: String?
    public var latency: Duration
    public var encryption: SRTEncryptionSettings?
    public var allow: Allowlist
    /// How long nothing at all may come from the peer. libsrt waits for seventeen time-outs of its own of 300 ms
    /// besides, so that less than five seconds is as much as five.
    public var peerIdleTimeout: Duration

    public init(
        name: String,
        port: UInt16? = nil,
        streamID: String? = nil,
        latency: Duration = .milliseconds(120),
        encryption: SRTEncryptionSettings? = nil,
        allow: Allowlist = .everyone,
        peerIdleTimeout: Duration = .seconds(5)
    ) {
        self.name = name
        self.port = port
        self.streamID = streamID
        self.latency = latency
        self.encryption = encryption
        self.allow = allow
        self.peerIdleTimeout = peerIdleTimeout
    }
}

/// An output that receivers connect to.
public struct SRTListenerOutputConfiguration: Sendable {
    public var name: String
    public var port: UInt16?
    public var streamID: String?
    public var latency: Duration
    public var encryption: SRTEncryptionSettings?
    public var allow: Allowlist
    public var peerIdleTimeout: Duration
    /// How many receivers may be connected at once.
    public var maxConcurrent: Int

    public init(
        name: String,
        port: UInt16? = nil,
        streamID: String? = nil,
        latency: Duration = .milliseconds(120),
        encryption: SRTEncryptionSettings? = nil,
        allow: Allowlist = .everyone,
        peerIdleTimeout: Duration = .seconds(5),
        maxConcurrent: Int = 4
    ) {
        self.name = name
        self.port = port
        self.streamID = streamID
        self.latency = latency
        self.encryption = encryption
        self.allow = allow
        self.peerIdleTimeout = peerIdleTimeout
        self.maxConcurrent = maxConcurrent
    }
}

/// Why a host could not be resolved: a sentence without secrets.
public struct SRTResolveFailure: Error, Hashable, Sendable {
    public var message: String

    public init(message: String) {
        self.message = message
    }
}

/// An input or output that calls a listener elsewhere and calls again when the connection is lost.
public struct SRTCallerConfiguration: Sendable {
    /// Asked on a thread of its own before each attempt; it may block for as long as a name look-up takes.
    public typealias Resolver = @Sendable () throws(SRTResolveFailure) -> IPEndpoint

    enum Destination: Sendable {
        case fixed(IPEndpoint)
        case resolved(Resolver)
    }

    public var name: String
    var destination: Destination
    public var streamID: String?
    public var latency: Duration
    public var encryption: SRTEncryptionSettings?
    public var peerIdleTimeout: Duration

    public init(
        name: String,
        streamID: String? = nil,
        latency: Duration = .milliseconds(120),
        encryption: SRTEncryptionSettings? = nil,
        peerIdleTimeout: Duration = .seconds(5),
        resolve: @escaping Resolver
    ) {
        self.name = name
        self.destination = .resolved(resolve)
        self.streamID = streamID
        self.latency = latency
        self.encryption = encryption
        self.peerIdleTimeout = peerIdleTimeout
    }

    /// For a destination that needs no look-up.
    public init(
        name: String,
        address: IPEndpoint,
        streamID: String? = nil,
        latency: Duration = .milliseconds(120),
        encryption: SRTEncryptionSettings? = nil,
        peerIdleTimeout: Duration = .seconds(5)
    ) {
        self.name = name
        self.destination = .fixed(address)
        self.streamID = streamID
        self.latency = latency
        self.encryption = encryption
        self.peerIdleTimeout = peerIdleTimeout
    }
}
