/// Takes what a publisher sends, or a server that is played, in whichever form it comes, and hears about that peer: a
/// flow's leg.
public typealias LegSink = InputSink & SampleSink
