/// Takes samples: an output, a converter, or a flow's leg.
///
/// Called on the thread that received them; it never blocks. Calls to one sink never overlap. Payloads share their
/// memory with whoever else took the sample.
public protocol SampleSink: AnyObject, Sendable {
    /// A track begins or its configuration changed. Comes before the track's first sample, and again in the middle of
    /// a stream when parameter sets change.
    func consume(_ track: MediaTrack)

    func consume(_ sample: MediaSample)

    /// What comes from now on is of another source, or of the same one after an interruption: it begins with a keyframe,
    /// and its times go on. Comes before the tracks and samples of that source.
    func sourceChanged()
}

extension SampleSink {
    /// Most sinks go on with the next keyframe as with any other.
    public func sourceChanged() {}
}
