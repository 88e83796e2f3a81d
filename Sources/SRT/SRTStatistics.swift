public import Media

/// Where an input or output stands.
public enum SRTState: String, Hashable, Sendable {
    /// A listener without a peer, or a caller between two attempts.
    case waiting
    case connecting
    case connected
    case closed
}

/// One connection in libsrt's own figures, about a second old.
public struct SRTPeerStatistics: Hashable, Sendable {
    /// `address:port`.
    public var remote: String
    public var connectedSince: MonotonicTime
    /// Received by an input, sent by an output, retransmissions included, headers included.
    public var bytes: UInt64 = 0
    public var packets: UInt64 = 0
    public var lost: UInt64 = 0
    public var retransmitted: UInt64 = 0
    /// Came too late, could not be decrypted, or did not fit into the send buffer.
    public var dropped: UInt64 = 0
    public var roundTripMilliseconds: Double = 0
    /// The latency that both sides agreed on.
    public var latencyMilliseconds: Int = 0
    /// What it should be, and since when; nil while it is long enough.
    public var latencyAdvice: SRTLatencyAdvice?
    public var latencyTooLowSince: MonotonicTime?
    /// In bit/s over the last refresh.
    public var bitrate: UInt64 = 0

    public init(remote: String, connectedSince: MonotonicTime) {
        self.remote = remote
        self.connectedSince = connectedSince
    }
}

public struct SRTInputStatistics: Hashable, Sendable {
    public var state: SRTState
    public var peer: SRTPeerStatistics?
    /// A sentence without secrets: why the last connection or attempt ended.
    public var lastError: String?
    /// Connections after the first one.
    public var reconnects: Int
    /// Payloads delivered to the sink over all connections.
    public var deliveredPackets: UInt64
    public var deliveredBytes: UInt64
}

public struct SRTOutputStatistics: Hashable, Sendable {
    public var state: SRTState
    public var peers: [SRTPeerStatistics]
    public var lastError: String?
    public var reconnects: Int
    /// Payloads that came while a caller had no connection.
    public var droppedWithoutPeer: UInt64
    /// Payloads that did not fit into a peer's send buffer, over all peers.
    public var droppedBySendBuffer: UInt64
    /// Messages handed to libsrt, over all peers.
    public var sentPackets: UInt64
    public var sentBytes: UInt64
}
