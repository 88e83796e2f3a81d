public import NetworkAddress

/// One input of a flow: a name and where the stream comes from.
public struct InputSpec: Hashable, Sendable {
    /// Unique within the flow's inputs.
    public var name: String
    public var description: String?
    public var isEnabled: Bool
    public var source: InputSource

    public init(name: String, description: String? = nil, isEnabled: Bool = true, source: InputSource) {
        self.name = name
        self.description = description
        self.isEnabled = isEnabled
        self.source = source
    }
}

/// A bare protocol name listens; `Pull` and `Caller` call out.
public enum InputSource: Hashable, Sendable {
    case rtmp(RTMPInput)
    case rtmpPull(RTMPPullInput)
    case srtListener(SRTListenerInput)
    case srtCaller(SRTCallerInput)
    case rtp(RTPInput)
    case rtsp(RTSPInput)
    case rtspPull(RTSPPullInput)
    case file(FileInput)

    /// The value of `protocol` in the flow file.
    public var protocolName: String {
        switch self {
        case .rtmp: "rtmp"
        case .rtmpPull: "rtmp-pull"
        case .srtListener, .srtCaller: "srt"
        case .rtp: "rtp"
        case .rtsp: "rtsp"
        case .rtspPull: "rtsp-pull"
        case .file: "file"
        }
    }

    /// Whether the input has two legs.
    public var hasBackupLeg: Bool {
        switch self {
        case .rtmp(let input): input.failover
        case .srtListener(let input): input.failover
        case .rtp(let input): input.failover
        case .rtsp(let input): input.failover
        case .rtmpPull, .srtCaller, .rtspPull, .file: false
        }
    }

    /// Who may send to the input; nil for one that nobody calls.
    public var allow: Allowlist? {
        switch self {
        case .rtmp(let input): input.allow
        case .srtListener(let input): input.allow
        case .rtp(let input): input.allow
        case .rtsp(let input): input.allow
        case .rtmpPull, .srtCaller, .rtspPull, .file: nil
        }
    }
}

public struct RTMPInput: Hashable, Sendable {
    /// Derived from the gateway's own secret when nil.
    public var streamKey: Secret?
    public var failover: Bool
    public var allow: Allowlist

    public init(streamKey: Secret? = nil, failover: Bool = false, allow: Allowlist = .everyone) {
        self.streamKey = streamKey
        self.failover = failover
        self.allow = allow
    }
}

/// What an input that calls out does while another one feeds the outputs.
public enum Standby: String, Hashable, Sendable {
    /// It is connected, and can take over at once.
    case hot
    /// It calls only when no other input is live.
    case cold
}

public struct RTMPPullInput: Hashable, Sendable {
    /// An `rtmp://` or `rtmps://` URL without the key.
    public var source: String
    public var streamKey: Secret?
    public var standby: Standby

    public init(source: String, streamKey: Secret? = nil, standby: Standby = .hot) {
        self.source = source
        self.streamKey = streamKey
        self.standby = standby
    }
}

/// A passphrase with the AES key length that goes with it.
public struct SRTEncryption: Hashable, Sendable {
    /// 10 to 79 ASCII characters.
    public var key: Secret
    /// In bytes: 16, 24 or 32.
    public var keyLength: Int

    public init(key: Secret, keyLength: Int = 16) {
        self.key = key
        self.keyLength = keyLength
    }
}

public struct SRTListenerInput: Hashable, Sendable {
    /// A port of its own, or nil for the shared SRT port, where flows are told apart by stream ID.
    public var port: UInt16?
    /// On the shared port nil means `<flow>/<input>`; on a port of its own, any.
    public var streamID: String?
    public var latency: Duration
    public var decryption: SRTEncryption?
    /// A second leg: on `port` + 1, or with `-backup` behind the stream ID on the shared port.
    public var failover: Bool
    public var allow: Allowlist
    public var peerIdleTimeout: Duration

    public init(
        port: UInt16? = nil,
        streamID: String? = nil,
        latency: Duration = .milliseconds(120),
        decryption: SRTEncryption? = nil,
        failover: Bool = false,
        allow: Allowlist = .everyone,
        peerIdleTimeout: Duration = .seconds(5)
    ) {
        self.port = port
        self.streamID = streamID
        self.latency = latency
        self.decryption = decryption
        self.failover = failover
        self.allow = allow
        self.peerIdleTimeout = peerIdleTimeout
    }
}

public struct SRTCallerInput: Hashable, Sendable {
    /// An IP address or a host name, resolved again at each attempt.
    public var host: String
    public var port: UInt16
    public var streamID: String?
    public var latency: Duration
    public var decryption: SRTEncryption?
    public var peerIdleTimeout: Duration
    public var standby: Standby

    public init(
        host: String,
        port: UInt16,
        streamID: String? = nil,
        latency: Duration = .milliseconds(120),
        decryption: SRTEncryption? = nil,
        peerIdleTimeout: Duration = .seconds(5),
        standby: Standby = .hot
    ) {
        self.host = host
        self.port = port
        self.streamID = streamID
        self.latency = latency
        self.decryption = decryption
        self.peerIdleTimeout = peerIdleTimeout
        self.standby = standby
    }
}

/// MPEG-TS over RTP, or plain UDP TS; told apart by itself.
public struct RTPInput: Hashable, Sendable {
    public enum ForwardErrorCorrection: String, Hashable, Sendable {
        case none
        case smpte2022_1 = "2022-1"
    }

    /// Nil: picked from the port range and kept.
    public var port: UInt16?
    /// A second leg, `backupPortOffset` above the first.
    public var failover: Bool
    public var allow: Allowlist
    public var fec: ForwardErrorCorrection
    /// A multicast group to join; source-specific when `allow` names single addresses.
    public var group: IPAddress?
    /// The network interface, by name, that joins the group.
    public var interface: String?
    public var idleTimeout: Duration

    public init(
        port: UInt16? = nil,
        failover: Bool = false,
        allow: Allowlist = .everyone,
        fec: ForwardErrorCorrection = .none,
        group: IPAddress? = nil,
        interface: String? = nil,
        idleTimeout: Duration = .seconds(5)
    ) {
        self.port = port
        self.failover = failover
        self.allow = allow
        self.fec = fec
        self.group = group
        self.interface = interface
        self.idleTimeout = idleTimeout
    }
}

extension RTPInput {
    /// RTCP of a leg stands one above its port (RFC 3550 §11), its column and row FEC two and four above (SMPTE ST
    /// 2022-1 §7.1): the second leg comes behind them.
    public var backupPortOffset: UInt16 { fec == .none ? 2 : 6 }
    /// How far above `port` the last port lies that the input uses, RTCP not counted.
    public var lastPortOffset: UInt16 {
        (failover ? backupPortOffset : 0) + (fec == .none ? 0 : Self.rowPortOffset)
    }
    public static let columnPortOffset: UInt16 = 2
    public static let rowPortOffset: UInt16 = 4
}

public struct RTSPInput: Hashable, Sendable {
    /// What is appended to the input's name in the path of the backup leg.
    public static let backupPathSuffix = "-backup"

    public var failover: Bool
    public var allow: Allowlist
    public var username: String?
    public var password: Secret?

    public init(
        failover: Bool = false,
        allow: Allowlist = .everyone,
        username: String? = nil,
        password: Secret? = nil
    ) {
        self.failover = failover
        self.allow = allow
        self.username = username
        self.password = password
    }
}

/// How RTP travels on an RTSP session that the gateway opens.
public enum RTSPTransport: String, Hashable, Sendable {
    case auto
    case tcp
    case udp
}

public struct RTSPPullInput: Hashable, Sendable {
    public var source: String
    public var username: String?
    public var password: Secret?
    public var transport: RTSPTransport

    public init(
        source: String,
        username: String? = nil,
        password: Secret? = nil,
        transport: RTSPTransport = .auto
    ) {
        self.source = source
        self.username = username
        self.password = password
        self.transport = transport
    }
}

/// A TS file played at its own pace.
public struct FileInput: Hashable, Sendable {
    public enum Path: Hashable, Sendable {
        /// An absolute path.
        case file(String)
        /// A clip that ships with the gateway: `builtin:demo`, `builtin:slate`.
        case builtin(String)
    }

    public var path: Path
    public var loop: Bool

    public init(path: Path, loop: Bool = true) {
        self.path = path
        self.loop = loop
    }
}
