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

    /// The source that runs does not have all the tracks that were told.
    ///
    /// - Parameter tracks: those that it has, each as it was told last.
    func tracksEnded(leaving tracks: [MediaTrack])

    /// No source runs any more, as long as nothing else is told: what is kept for those who come later is of the past. The
    /// next source, or the same one when it goes on, tells all its tracks again.
    func streamEnded()
}

extension SampleSink {
    /// Most sinks go on with the next keyframe as with any other.
    public func sourceChanged() {}

    /// What only carries on what it is given has nothing to forget.
    public func tracksEnded(leaving tracks: [MediaTrack]) {}

    public func streamEnded() {}
}
