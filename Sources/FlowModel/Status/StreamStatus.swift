/// What an input's leg or an output's peer does right now.
public enum ConnectionState: String, Hashable, Sendable, Codable {
    /// Not started: suspended, disabled, or it failed to start.
    case idle = "Idle"
    /// Started, without a peer or without media.
    case waiting = "Waiting"
    /// Media flows, or a peer is connected.
    case connected = "Connected"
}

/// Who calls whom, by SRT.
public enum ConnectionMode: String, Hashable, Sendable, Codable {
    /// The gateway listens.
    case listener
    /// The gateway calls out.
    case caller
}

/// Counters since the leg, output or peer started. They only grow; what does not apply stays 0.
public struct StreamCounters: Hashable, Sendable, Codable {
    public var bytes: UInt64 = 0
    public var packets: UInt64 = 0
    /// Lost on the way and not recovered.
    public var packetsLost: UInt64 = 0
    public var packetsRetransmitted: UInt64 = 0
    /// Lost on the way and made again with FEC.
    public var packetsRecovered: UInt64 = 0
    /// Received or queued, then dropped by the gateway: too late, over the cap, a full queue.
    public var packetsDropped: UInt64 = 0
    public var packetsDuplicated: UInt64 = 0
    public var packetsReordered: UInt64 = 0
    /// Datagrams that were not what the input takes, or came from addresses that are not allowed.
    public var packetsRefused: UInt64 = 0
    /// How often the peer (SRT connection, RTP SSRC) changed or came back.
    public var reconnects: UInt64 = 0

    public init() {}
}

/// What the TS inspection of a leg found.
public struct TransportStreamStatus: Hashable, Sendable, Codable {
    public struct Stream: Hashable, Sendable, Codable {
        public var pid: Int
        /// ISO/IEC 13818-1 stream_type.
        public var streamType: Int
        /// `H.264`, `AAC`, …; `0x1b` style for types without a name.
        public var codec: String
        public var bitrate: Int64

        public init(pid: Int, streamType: Int, codec: String, bitrate: Int64) {
            self.pid = pid
            self.streamType = streamType
            self.codec = codec
            self.bitrate = bitrate
        }
    }

    public var streams: [Stream] = []
    public var pcrPID: Int?
    public var packets: UInt64 = 0
    public var nullPackets: UInt64 = 0
    public var continuityErrors: UInt64 = 0
    public var syncLosses: UInt64 = 0
    public var transportErrors: UInt64 = 0
    public var crcErrors: UInt64 = 0
    // What else ETSI TR 101 290 has counted, priorities 1 and 2; `docs/metrics.md` says how.
    public var syncByteErrors: UInt64 = 0
    public var patErrors: UInt64 = 0
    public var pmtErrors: UInt64 = 0
    public var pidErrors: UInt64 = 0
    public var pcrRepetitionErrors: UInt64 = 0
    public var pcrDiscontinuityErrors: UInt64 = 0
    public var pcrAccuracyErrors: UInt64 = 0
    public var ptsErrors: UInt64 = 0
    public var catErrors: UInt64 = 0
    /// The rate of the whole stream in bit/s while it does not change; only then is the accuracy of PCRs judged.
    public var constantBitrate: Int64?

    public init() {}
}

/// What a leg contributes to a merge (SMPTE ST 2022-7).
public struct MergeStatus: Hashable, Sendable, Codable {
    /// Packets that this leg brought first.
    public var packetsUsed: UInt64
    /// Packets that only the other leg brought in time.
    public var packetsMissing: UInt64
    /// Packets that came after they had been given up.
    public var packetsLate: UInt64
    /// How far the leg is behind the other; below zero when it is ahead, nil while only one is there.
    public var skewMilliseconds: Double?

    public init(packetsUsed: UInt64, packetsMissing: UInt64, packetsLate: UInt64, skewMilliseconds: Double? = nil) {
        self.packetsUsed = packetsUsed
        self.packetsMissing = packetsMissing
        self.packetsLate = packetsLate
        self.skewMilliseconds = skewMilliseconds
    }
}

public struct LegStatus: Hashable, Sendable, Codable {
    /// `main` or `backup`.
    public var name: String
    /// Where the gateway listens or what it calls: `srt://0.0.0.0:9000`, `udp://239.1.1.1:5000`. Never holds a secret.
    public var address: String
    public var state: ConnectionState
    /// Whether this leg feeds the outputs.
    public var active: Bool
    /// The peer, `198.51.100.7:51234`.
    public var remote: String?
    /// Seconds since the peer connected.
    public var uptime: Double?
    /// Bits per second over the last second.
    public var bitrate: Int64
    public var roundTripTimeMilliseconds: Double?
    /// Of an SRT connection.
    public var latency: LatencyStatus?
    public var counters: StreamCounters
    public var transportStream: TransportStreamStatus?
    /// Of a leg that is merged with another one.
    public var merge: MergeStatus?
    public var lastError: String?

    public init(
        name: String,
        address: String,
        state: ConnectionState = .idle,
        active: Bool = false,
        remote: String? = nil,
        uptime: Double? = nil,
        bitrate: Int64 = 0,
        roundTripTimeMilliseconds: Double? = nil,
        latency: LatencyStatus? = nil,
        counters: StreamCounters = StreamCounters(),
        transportStream: TransportStreamStatus? = nil,
        merge: MergeStatus? = nil,
        lastError: String? = nil
    ) {
        self.name = name
        self.address = address
        self.state = state
        self.active = active
        self.remote = remote
        self.uptime = uptime
        self.bitrate = bitrate
        self.roundTripTimeMilliseconds = roundTripTimeMilliseconds
        self.latency = latency
        self.counters = counters
        self.transportStream = transportStream
        self.merge = merge
        self.lastError = lastError
    }
}

public struct InputStatus: Hashable, Sendable, Codable {
    public var name: String
    /// As in the flow file: `srt`, `rtp`, `file`.
    public var `protocol`: String
    public var enabled: Bool
    /// Who calls, where the protocol leaves it open.
    public var mode: ConnectionMode?
    /// Bytes of the AES key that the peer has to use as well; nil in the clear.
    public var keyLength: Int?
    public var legs: [LegStatus]

    public init(
        name: String,
        protocol: String,
        enabled: Bool,
        mode: ConnectionMode? = nil,
        keyLength: Int? = nil,
        legs: [LegStatus]
    ) {
        self.name = name
        self.protocol = `protocol`
        self.enabled = enabled
        self.mode = mode
        self.keyLength = keyLength
        self.legs = legs
    }
}

/// One receiver of an output.
public struct PeerStatus: Hashable, Sendable, Codable {
    public var remote: String
    public var uptime: Double
    public var bitrate: Int64
    public var roundTripTimeMilliseconds: Double?
    /// Of an SRT connection.
    public var latency: LatencyStatus?
    public var counters: StreamCounters

    public init(
        remote: String,
        uptime: Double,
        bitrate: Int64,
        roundTripTimeMilliseconds: Double? = nil,
        latency: LatencyStatus? = nil,
        counters: StreamCounters = StreamCounters()
    ) {
        self.remote = remote
        self.uptime = uptime
        self.bitrate = bitrate
        self.roundTripTimeMilliseconds = roundTripTimeMilliseconds
        self.latency = latency
        self.counters = counters
    }
}

public struct OutputStatus: Hashable, Sendable, Codable {
    public var name: String
    public var `protocol`: String
    public var enabled: Bool
    /// Who calls, where the protocol leaves it open.
    public var mode: ConnectionMode?
    /// Bytes of the AES key that the peer has to use as well; nil in the clear.
    public var keyLength: Int?
    /// Where the gateway serves or sends: `srt://0.0.0.0:9100`, `udp://192.0.2.1:5000`, a path. Never holds a secret.
    public var address: String
    public var state: ConnectionState
    public var bitrate: Int64
    /// Over all receivers since the output started.
    public var counters: StreamCounters
    public var peers: [PeerStatus]
    public var lastError: String?

    public init(
        name: String,
        protocol: String,
        enabled: Bool,
        mode: ConnectionMode? = nil,
        keyLength: Int? = nil,
        address: String,
        state: ConnectionState = .idle,
        bitrate: Int64 = 0,
        counters: StreamCounters = StreamCounters(),
        peers: [PeerStatus] = [],
        lastError: String? = nil
    ) {
        self.name = name
        self.protocol = `protocol`
        self.enabled = enabled
        self.mode = mode
        self.keyLength = keyLength
        self.address = address
        self.state = state
        self.bitrate = bitrate
        self.counters = counters
        self.peers = peers
        self.lastError = lastError
    }
}
