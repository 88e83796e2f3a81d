/// Payloads that arrived together, in order: each is what one SRT message, RTP payload or UDP datagram carried,
/// usually seven TS packets.
///
/// The memory is borrowed: it belongs to the thread that received it and is overwritten after the call that passed the
/// batch. A sink that needs the bytes later copies them.
public struct PacketBatch {
    public let payloads: UnsafeBufferPointer<UnsafeRawBufferPointer>
    /// When the batch was taken from the socket.
    public let arrival: MonotonicTime
    /// When each payload was due by its sender's clock, or nil when the transport does not tell. An SRT output passes
    /// it on, so that a receiver gets the sender's spacing instead of that of the batches.
    public let dueTimes: UnsafeBufferPointer<MonotonicTime>?
    /// Whether the transport lost something right before each payload, or nil when it does not tell.
    public let losses: UnsafeBufferPointer<Bool>?

    @inlinable
    public init(
        payloads: UnsafeBufferPointer<UnsafeRawBufferPointer>,
        arrival: MonotonicTime,
        dueTimes: UnsafeBufferPointer<MonotonicTime>? = nil,
        losses: UnsafeBufferPointer<Bool>? = nil
    ) {
        self.payloads = payloads
        self.arrival = arrival
        self.dueTimes = dueTimes
        self.losses = losses
    }

    /// The bytes of all payloads together.
    @inlinable
    public var byteCount: Int {
        var count = 0
        for payload in payloads { count += payload.count }
        return count
    }
}

/// Takes batches: an output, or a flow's leg.
///
/// Called on the thread that received the batch; it never blocks, allocates or keeps the batch. Calls to one sink never
/// overlap.
public protocol PacketSink: AnyObject, Sendable {
    func consume(_ batch: PacketBatch)
}

/// Hears about the peer of an input: a flow's leg.
public protocol PeerSink: AnyObject, Sendable {
    /// A publisher connected, or the first packet of a new source came.
    func peerConnected(_ remote: String)
    /// The peer went: it closed, fell silent for the idle time-out, or was cut. `reason` is a sentence without secrets.
    func peerDisconnected(_ reason: String)
    /// Packets came and wait for one that is missing before them.
    func mediaHeld(at now: MonotonicTime)
}

extension PeerSink {
    public func mediaHeld(at now: MonotonicTime) {}
}

/// Takes what an input receives and hears about the input's peer.
public typealias InputSink = PacketSink & PeerSink
