import Media

/// Maps the times of the samples to one timeline that only goes forward, without gaps: it begins at `beginning`, and
/// where the samples' times jump it goes on where it was. All times are ticks of 90 kHz.
struct StreamTimeline: Sendable {
    /// Where the first sample is, so that what comes later but belongs before it has room: 10 s.
    static let beginning: Int64 = 10 * MediaTime.ticksPerSecond
    /// A sample so far from the latest one is of another timeline: 10 s.
    static let maximumDistance: Int64 = 10 * MediaTime.ticksPerSecond
    /// A track's small steps back are a sender's inaccuracy, and the sample is moved behind the one before: 100 ms.
    static let maximumStepBack: Int64 = 9_000
    /// A longer silence of all tracks is a gap, which is closed up where the segment cannot last over it: 500 ms.
    static let maximumSilence: Int64 = 45_000
    /// The leading track is silent when the others went on by so much since its last sample: 1 s.
    static let leadSilence: Int64 = MediaTime.ticksPerSecond
    /// From decoding to presentation, at most: 10 s.
    static let maximumComposition: Int64 = 10 * MediaTime.ticksPerSecond
    /// Times beyond this, forward or back, are nonsense: about 1,600 years.
    static let maximumTicks: Int64 = 1 << 52
    /// Times jump at a sample with which a stream can begin, or when so many of the leading track were left out: a
    /// stream may have no second keyframe.
    static let maximumStrays = 300
    /// How long a sample lasts as long as its track had but one: 40 ms.
    static let assumedInterval: Int64 = 3_600

    /// What one track did so far.
    struct Track: Sendable {
        /// The last decode time.
        fileprivate(set) var last: Int64?
        /// From one decode time to the next.
        fileprivate(set) var interval = StreamTimeline.assumedInterval

        init() {}
    }

    enum Placement: Equatable {
        case at(Int64)
        /// The sample's times do not go on from what went before; it begins where that ended.
        case jumped(Int64)
        /// Its times are nonsense, or of another timeline with which the stream does not go on.
        case leftOut
    }

    /// What is added to the samples' times; nil before the first.
    private var offset: Int64?
    /// The latest decode time of all tracks.
    private(set) var latest = Self.beginning
    /// The same when the leading track's last sample came.
    private var latestAtLead = Self.beginning
    /// Where the latest sample of all tracks ends.
    private(set) var end = Self.beginning
    /// Samples of the leading track that were left out.
    private var strays = 0

    init() {}

    /// Another track leads from now on.
    mutating func leadChanged() {
        latestAtLead = latest
    }

    /// Whether the other tracks go on without the one that leads.
    var isLeadSilent: Bool { latest - latestAtLead > Self.leadSilence }

    /// Places the next sample of a track.
    ///
    /// - Parameters:
    ///   - isLead: it is of the track that decides when times jump.
    ///   - canBegin: a stream can begin with it.
    ///   - deadline: until when the running segment can last.
    mutating func place(
        _ sample: MediaSample,
        track: inout Track,
        isLead: Bool,
        canBegin: Bool,
        deadline: Int64
    ) -> Placement {
        let ticks = sample.decodeTime.ticks
        guard (-Self.maximumTicks...Self.maximumTicks).contains(ticks),
            (-Self.maximumComposition...Self.maximumComposition).contains(sample.compositionOffset)
        else { return .leftOut }
        guard let offset else {
            self.offset = latest - ticks
            return .at(note(latest, track: &track, isLead: isLead))
        }
        var time = ticks + offset
        var isBehind = false
        if let last = track.last, time <= last {
            isBehind = last - time > Self.maximumStepBack
            time = isBehind ? time : last + 1
        }
        let distance = time - latest
        let isFar = isBehind || abs(distance) > Self.maximumDistance
        let isGap = !isFar && distance > Self.maximumSilence && time > deadline
        guard isFar || isGap else { return .at(note(time, track: &track, isLead: isLead)) }
        guard isLead else { return .leftOut }
        strays += 1
        guard canBegin || strays > Self.maximumStrays else { return .leftOut }
        self.offset = end - ticks
        return .jumped(note(end, track: &track, isLead: isLead))
    }

    private mutating func note(_ time: Int64, track: inout Track, isLead: Bool) -> Int64 {
        if let last = track.last, time > last, time - last <= Self.maximumDistance { track.interval = time - last }
        track.last = time
        latest = max(latest, time)
        end = max(end, time + track.interval)
        if isLead {
            latestAtLead = latest
            strays = 0
        }
        return time
    }
}
