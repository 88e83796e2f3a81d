import FlowHub
import FlowModel
import Media

/// What the hub feeds: the form in which an output takes the stream.
enum OutputSink {
    case packets(any PacketSink)
    case samples(any SampleSink)
}

/// An output that runs: the sink that the hub feeds, and its connections.
protocol RunningOutput: AnyObject, Sendable {
    var sink: OutputSink { get }
    /// Takes over what may change while it runs.
    func update(_ spec: OutputSpec)
    /// Closes everything. Called once, after the hub let go of the sink.
    func stop()
    func status(_ spec: OutputSpec) -> OutputStatus
}

extension OutputStatus {
    /// What the spec tells of an output, with what it shows of itself.
    init(
        _ spec: OutputSpec,
        address: String,
        state: ConnectionState = .idle,
        bitrate: Int64 = 0,
        counters: StreamCounters = StreamCounters(),
        peers: [PeerStatus] = [],
        lastError: String? = nil
    ) {
        self.init(
            name: spec.name,
            protocol: spec.destination.protocolName,
            enabled: spec.isEnabled,
            address: address,
            state: state,
            bitrate: bitrate,
            counters: counters,
            peers: peers,
            lastError: lastError
        )
    }
}

extension RateMeter {
    /// The rate, in bit/s, now that so many bytes were sent in all.
    mutating func rate(after bytes: UInt64, at now: MonotonicTime) -> Int64 {
        sample(bytes: bytes, at: now)
        return bitsPerSecond
    }
}
