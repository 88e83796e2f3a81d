/// Takes samples: an output, a converter, or a flow's leg.
///
/// Called on the thread that received them; it never blocks. Calls to one sink never overlap. Payloads share their
/// memory with whoever else took the sample.
public protocol SampleSink: AnyObject, Sendable {
    /// A track begins or its configuration changed. Comes before the track's first sample, and again in the middle of
    /// a stream when parameter sets change.
    func consume(_ track: MediaTrack)

    func consume(_ sample: MediaSample)
}
