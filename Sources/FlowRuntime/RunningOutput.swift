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
