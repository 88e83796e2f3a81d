import Media

/// Maps the timestamps of a transport stream, which wrap and jump, to one timeline for all tracks that does neither.
///
/// Each track follows its own timestamps. One that jumps takes the clock's new offset: the first that does sets it, so
/// that its samples go on where the latest track ended, and the others take the same, so that they keep their relation.
struct SampleTimeline: Sendable {
    /// A timestamp so far ahead of the track's last one is a jump: 10 s of 90 kHz ticks.
    static let maximumStep: Int64 = 10 * MediaTime.ticksPerSecond
    /// A timestamp so far behind the track's last one is a jump: 1 s.
    static let maximumStepBack: Int64 = MediaTime.ticksPerSecond
    /// After the stream announced a new clock, timestamps are its own unless they go on from the last one within 1 s.
    static let maximumAnnouncedStep: Int64 = MediaTime.ticksPerSecond
    /// Where the first sample is on the timeline, so that what comes later but belongs before it has room: 0.5 s.
    static let beginning: Int64 = MediaTime.ticksPerSecond / 2
    /// How long a sample lasts as long as its track had but one: 40 ms.
    static let assumedDuration: Int64 = 3600
    /// From decoding to presentation, at most: 10 s. What differs more is nonsense.
    static let maximumComposition: Int64 = 10 * MediaTime.ticksPerSecond

    /// What one track's timestamps did so far.
    struct Track: Sendable {
        fileprivate var last: PESTimestamp?
        /// Of `last`, on the timeline: below the offset of the clock that the track follows.
        fileprivate var lastTicks: Int64 = 0
        /// Of the last sample that was passed on.
        fileprivate var output: Int64 = -1
        fileprivate var duration = SampleTimeline.assumedDuration
        fileprivate var clock = 0
        fileprivate var announcement = 0
        /// The clock changed, and the samples have not yet come past those before the change.
        fileprivate var overlaps = false

        init() {}
    }

    enum Placement: Equatable {
        case at(decodeTime: MediaTime, compositionOffset: Int64, jumped: Bool)
        /// The sample is before the beginning, or repeats a time that has been: it is to be left out.
        case untimely(jumped: Bool)
    }

    /// The newest clock, counted from 1; 0 before the first sample.
    private var clock = 0
    /// A timestamp of the newest clock and where it is on the timeline.
    private var anchor = PESTimestamp(ticks: 0)
    private var anchorTicks: Int64 = 0
    /// Where the latest sample of all tracks ended.
    private var end: Int64 = 0
    /// The last announcement of a new clock that a track met, and whether there was one.
    private var settledAnnouncement = 0
    private var settledWithNewClock = false

    init() {}

    /// Places the next sample of `track`.
    ///
    /// - Parameter announcement: how often the stream had announced a new clock when the sample began.
    mutating func place(
        decoding: PESTimestamp,
        presentation: PESTimestamp,
        announcement: Int,
        isVideo: Bool,
        track: inout Track
    ) -> Placement {
        var jumped = false
        let ticks: Int64
        if let last = track.last, goesOn(decoding.ticks(since: last), announcement: announcement, track: track) {
            let step = decoding.ticks(since: last)
            ticks = track.lastTicks + step
            if step > 0, step <= MediaTime.ticksPerSecond { track.duration = step }
        } else {
            (ticks, jumped) = enter(decoding, track: &track)
        }
        track.announcement = announcement
        track.last = decoding
        track.lastTicks = ticks
        if clock == track.clock {
            anchor = decoding
            anchorTicks = ticks
        }

        guard ticks >= 0 else { return .untimely(jumped: jumped) }
        if ticks > track.output {
            track.overlaps = false
        } else if !isVideo, track.overlaps {
            return .untimely(jumped: jumped)
        }
        let decodeTicks = max(ticks, track.output)
        track.output = decodeTicks
        end = max(end, decodeTicks + track.duration)
        var composition = presentation.ticks(since: decoding)
        if abs(composition) > Self.maximumComposition { composition = 0 }
        return .at(
            decodeTime: MediaTime(ticks: decodeTicks),
            compositionOffset: composition + ticks - decodeTicks,
            jumped: jumped
        )
    }

    /// Whether a timestamp so far from the track's last one is of the same clock. What the first track finds about an
    /// announced clock holds for the others.
    private mutating func goesOn(_ step: Int64, announcement: Int, track: Track) -> Bool {
        let isUsual = (-Self.maximumStepBack...Self.maximumStep).contains(step)
        guard announcement != track.announcement else { return isUsual }
        if announcement != settledAnnouncement {
            settledAnnouncement = announcement
            settledWithNewClock = !(0...Self.maximumAnnouncedStep).contains(step)
        }
        return isUsual && !settledWithNewClock
    }

    /// The track's first timestamp, or one after a jump: it follows the newest clock if it is near to it, or sets a new
    /// one.
    private mutating func enter(_ decoding: PESTimestamp, track: inout Track) -> (ticks: Int64, jumped: Bool) {
        let isFirst = track.last == nil
        let distance = decoding.ticks(since: anchor)
        let isNear = (-Self.maximumStep...Self.maximumStep).contains(distance)
        if clock > 0, track.clock != clock, isNear {
            track.clock = clock
            track.overlaps = !isFirst
            return (anchorTicks + distance, false)
        }
        let jumped = clock > 0
        clock += 1
        track.clock = clock
        track.overlaps = !isFirst
        return (jumped ? end : Self.beginning, jumped)
    }
}
