public import NetworkAddress

/// One output of a flow: a name and where the stream goes.
public struct OutputSpec: Hashable, Sendable {
    /// Unique within the flow's outputs.
    public var name: String
    public var description: String?
    public var isEnabled: Bool
    public var destination: OutputDestination

    public init(name: String, description: String? = nil, isEnabled: Bool = true, destination: OutputDestination) {
        self.name = name
        self.description = description
        self.isEnabled = isEnabled
        self.destination = destination
    }
}

/// A bare protocol name serves; `Push` and `Caller` call out.
public enum OutputDestination: Hashable, Sendable {
    case srtListener(SRTListenerOutput)
    case srtCaller(SRTCallerOutput)
    case rtmp(RTMPOutput)
    case rtmpPush(RTMPPushOutput)
    case rtp(DatagramOutput)
    case udp(DatagramOutput)
    case rtsp(RTSPOutput)
    case rtspPush(RTSPPushOutput)
    case hls(HLSOutput)
    case record(RecordOutput)

    /// The value of `protocol` in the flow file.
    public var protocolName: String {
        switch self {
        case .srtListener, .srtCaller: "srt"
        case .rtmp: "rtmp"
        case .rtmpPush: "rtmp-push"
        case .rtp: "rtp"
        case .udp: "udp"
        case .rtsp: "rtsp"
        case .rtspPush: "rtsp-push"
        case .hls: "hls"
        case .record: "record"
        }
    }
}

public struct SRTListenerOutput: Hashable, Sendable {
    /// A port of its own, or nil for the shared SRT port, where flows are told apart by stream ID.
    public var port: UInt16?
    /// On the shared port nil means `<flow>/<output>`; on a port of its own, any.
    public var streamID: String?
    public var latency: Duration
    public var encryption: SRTEncryption?
    public var allow: Allowlist
    public var maxConcurrent: Int
    public var peerIdleTimeout: Duration

    public init(
        port: UInt16? = nil,
        streamID: String? = nil,
        latency: Duration = .milliseconds(120),
        encryption: SRTEncryption? = nil,
        allow: Allowlist = .everyone,
        maxConcurrent: Int = 4,
        peerIdleTimeout: Duration = .seconds(5)
    ) {
        self.port = port
        self.streamID = streamID
        self.latency = latency
        self.encryption = encryption
        self.allow = allow
        self.maxConcurrent = maxConcurrent
        self.peerIdleTimeout = peerIdleTimeout
    }
}

public struct SRTCallerOutput: Hashable, Sendable {
    /// An IP address or a host name, resolved again at each attempt.
    public var host: String
    public var port: UInt16
    public var streamID: String?
    public var latency: Duration
    public var encryption: SRTEncryption?
    public var peerIdleTimeout: Duration

    public init(
        host: String,
        port: UInt16,
        streamID: String? = nil,
        latency: Duration = .milliseconds(120),
        encryption: SRTEncryption? = nil,
        peerIdleTimeout: Duration = .seconds(5)
    ) {
        self.host = host
        self.port = port
        self.streamID = streamID
        self.latency = latency
        self.encryption = encryption
        self.peerIdleTimeout = peerIdleTimeout
    }
}

public struct RTMPOutput: Hashable, Sendable {
    /// The output's name when nil.
    public var streamKey: Secret?
    public var allow: Allowlist
    public var maxConcurrent: Int

    public init(streamKey: Secret? = nil, allow: Allowlist = .everyone, maxConcurrent: Int = 4) {
        self.streamKey = streamKey
        self.allow = allow
        self.maxConcurrent = maxConcurrent
    }
}

public struct RTMPPushOutput: Hashable, Sendable {
    public var url: String
    public var streamKey: Secret?

    public init(url: String, streamKey: Secret? = nil) {
        self.url = url
        self.streamKey = streamKey
    }
}

/// TS over RTP or UDP to one unicast or multicast destination.
public struct DatagramOutput: Hashable, Sendable {
    public static let defaultFECSide = 10
    /// What L and D may be where there are columns and rows, SMPTE ST 2022-1.
    public static let fecSides: ClosedRange<Int64> = 4...20
    /// L times D, SMPTE ST 2022-1.
    public static let maximumFECPackets = 100

    public var host: String
    public var port: UInt16
    /// IP time to live, or nil for the system's (64 unicast, 1 multicast).
    public var ttl: Int?
    /// The network interface, by name, that multicast leaves by.
    public var interface: String?
    /// RTP only, as are the next two: columns to `port` + 2, rows to `port` + 4.
    public var fec: RTPInput.ForwardErrorCorrection
    /// L of SMPTE ST 2022-1: packets in a row.
    public var fecColumns: Int
    /// D: packets in a column.
    public var fecRows: Int

    public init(
        host: String,
        port: UInt16,
        ttl: Int? = nil,
        interface: String? = nil,
        fec: RTPInput.ForwardErrorCorrection = .none,
        fecColumns: Int = Self.defaultFECSide,
        fecRows: Int = Self.defaultFECSide
    ) {
        self.host = host
        self.port = port
        self.ttl = ttl
        self.interface = interface
        self.fec = fec
        self.fecColumns = fecColumns
        self.fecRows = fecRows
    }
}

public struct RTSPOutput: Hashable, Sendable {
    public var username: String?
    public var password: Secret?
    public var allow: Allowlist
    public var maxConcurrent: Int

    public init(
        username: String? = nil,
        password: Secret? = nil,
        allow: Allowlist = .everyone,
        maxConcurrent: Int = 4
    ) {
        self.username = username
        self.password = password
        self.allow = allow
        self.maxConcurrent = maxConcurrent
    }
}

public struct RTSPPushOutput: Hashable, Sendable {
    public var url: String
    public var username: String?
    public var password: Secret?
    public var transport: RTSPTransport

    public init(
        url: String,
        username: String? = nil,
        password: Secret? = nil,
        transport: RTSPTransport = .auto
    ) {
        self.url = url
        self.username = username
        self.password = password
        self.transport = transport
    }
}

public struct HLSOutput: Hashable, Sendable {
    public var segmentDuration: Duration
    /// How many segments the playlist lists.
    public var window: Int

    public init(segmentDuration: Duration = .seconds(2), window: Int = 6) {
        self.segmentDuration = segmentDuration
        self.window = window
    }
}

public struct RecordOutput: Hashable, Sendable {
    /// An absolute path with strftime conversions, expanded in UTC when a segment opens.
    public var path: String
    public var segmentDuration: Duration
    /// How long finished segments are kept, or nil for ever.
    public var keep: Duration?

    public init(path: String, segmentDuration: Duration = .seconds(60), keep: Duration? = nil) {
        self.path = path
        self.segmentDuration = segmentDuration
        self.keep = keep
    }
}
