public import NIOCore

/// A sample in a fragment.
public struct FragmentSample: Hashable, Sendable {
    /// To the next sample of the track, in ticks of 90 kHz.
    public var duration: UInt32
    /// From decoding to presentation, in ticks.
    public var compositionOffset: Int32
    /// A decoder can start here.
    public var isKeyframe: Bool
    /// As `MediaSample` has it.
    public var payload: ByteBuffer

    public init(duration: UInt32, compositionOffset: Int32 = 0, isKeyframe: Bool, payload: ByteBuffer) {
        self.duration = duration
        self.compositionOffset = compositionOffset
        self.isKeyframe = isKeyframe
        self.payload = payload
    }
}

/// The samples of one track in a fragment, one right behind the other.
public struct FragmentRun: Hashable, Sendable {
    public var trackID: UInt32
    /// Of the first sample, in ticks of 90 kHz from the begin of the track's timeline.
    public var decodeTime: UInt64
    public var samples: [FragmentSample]

    public init(trackID: UInt32, decodeTime: UInt64, samples: [FragmentSample]) {
        self.trackID = trackID
        self.decodeTime = decodeTime
        self.samples = samples
    }
}
