import Media

/// Joins the streams of samples of several sources to one that goes on: each source begins on a keyframe, and its
/// times are moved so that they follow what went before by as much as time passed.
///
/// A source whose last group of pictures was kept begins at once: the pictures that are past are given times in the
/// gap, closer together than they were, so that a decoder gets through them and is there for the present one.
///
/// The first source keeps its own times. A pure value: time is an argument.
struct SampleSplice: Sendable {
    /// The least step from the end of one source to the begin of the next, and from one past picture to the next: a
    /// millisecond, the finest that every format has.
    private static let leastStep = MediaTime.ticksPerMillisecond

    private enum State: Sendable {
        case waiting
        case running(offset: Int64)
    }

    private var state = State.waiting
    /// The latest sample that passed, of any track.
    private var last: (decodeTime: MediaTime, arrival: MonotonicTime)?
    /// By how much the times are ahead of the time that passed, in ticks: past pictures sometimes need more room than
    /// the gap has. The next gap gives it back.
    private var lead: Int64 = 0
    /// The latest times of each track.
    private var lastOfTracks: [(track: MediaTrack.ID, decodeTime: MediaTime, presentationTime: MediaTime)] = []

    /// What follows comes behind something.
    var hasPassedSamples: Bool { last != nil }

    /// Another source follows, or the same one from anew.
    mutating func begin() {
        state = .waiting
    }

    /// The sample as it is to be passed on, or nil when it is not: before the first keyframe, or earlier than what its
    /// track passed on already.
    ///
    /// - Parameters:
    ///   - isVideo: whether the sample belongs to a video track.
    ///   - hasVideo: whether the source has one, so that it can begin on a keyframe only.
    mutating func admit(
        _ sample: MediaSample,
        isVideo: Bool,
        hasVideo: Bool,
        at now: MonotonicTime
    ) -> MediaSample? {
        let offset: Int64
        switch state {
        case .running(let running):
            offset = running
        case .waiting:
            guard !hasVideo || (isVideo && sample.isKeyframe) else { return nil }
            // What is shown first comes after what is being shown.
            let shown = lastOfTracks.first { $0.track == sample.track }?.presentationTime
            offset = start(
                sample,
                at: now,
                notBefore: shown?.advanced(byTicks: Self.leastStep &- sample.compositionOffset)
            )
            state = .running(offset: offset)
        }
        var moved = sample
        moved.decodeTime = sample.decodeTime.advanced(byTicks: offset)
        if let latest = lastOfTracks.first(where: { $0.track == sample.track }), moved.decodeTime < latest.decodeTime {
            return nil
        }
        note(moved, at: now)
        return moved
    }

    /// The pictures of a source that takes over, moved into the gap before its `next` sample.
    ///
    /// Empty, and the source begins on its next keyframe, when there are none, and when `next` is a keyframe itself.
    mutating func catchUp(
        _ pictures: [MediaSample],
        isVideoNext: Bool,
        next: MediaSample,
        at now: MonotonicTime
    ) -> [MediaSample] {
        guard case .waiting = state, let first = pictures.first, let last, !(isVideoNext && next.isKeyframe) else {
            return []
        }
        let shown = lastOfTracks.first { $0.track == first.track }
        let decodeBegin = (shown?.decodeTime ?? last.decodeTime).ticks &+ Self.leastStep
        let showBegin = (shown?.presentationTime ?? last.decodeTime).ticks &+ Self.leastStep
        // The picture that comes next has its own time again. When sound comes before it, the last past one has.
        let end = isVideoNext ? next.decodeTime : pictures[pictures.count - 1].decodeTime
        let room = max(decodeBegin, showBegin) &+ Int64(pictures.count) &* Self.leastStep
        let offset = start(
            next,
            at: now,
            notBefore: MediaTime(ticks: room &+ next.decodeTime.ticks(since: end))
        )
        state = .running(offset: offset)
        let present = end.ticks &+ offset
        let decoding = SqueezedSpan(from: first.decodeTime.ticks &+ offset, to: present, begin: decodeBegin)
        let showing = SqueezedSpan(from: first.presentationTime.ticks &+ offset, to: present, begin: showBegin)
        return pictures.map { picture in
            var moved = picture
            let decodeTime = decoding.move(picture.decodeTime.ticks &+ offset)
            moved.decodeTime = MediaTime(ticks: decodeTime)
            moved.compositionOffset = max(0, showing.move(picture.presentationTime.ticks &+ offset) &- decodeTime)
            note(moved, at: now)
            return moved
        }
    }

    private mutating func note(_ moved: MediaSample, at now: MonotonicTime) {
        if let index = lastOfTracks.firstIndex(where: { $0.track == moved.track }) {
            lastOfTracks[index].decodeTime = max(lastOfTracks[index].decodeTime, moved.decodeTime)
            let latest = lastOfTracks[index].presentationTime
            lastOfTracks[index].presentationTime = max(latest, moved.presentationTime)
        } else {
            lastOfTracks.append((moved.track, moved.decodeTime, moved.presentationTime))
        }
        last = (max(last?.decodeTime ?? moved.decodeTime, moved.decodeTime), now)
    }

    /// What to add to the times of a source that begins with this sample, or has its present there.
    private mutating func start(_ sample: MediaSample, at now: MonotonicTime, notBefore: MediaTime? = nil) -> Int64 {
        guard let last else { return 0 }
        let passed = max(0, now.nanoseconds(since: last.arrival)) / (1_000_000_000 / MediaTime.ticksPerSecond)
        let due = last.decodeTime.advanced(byTicks: passed &- lead)
        let begin = max(due, last.decodeTime.advanced(byTicks: Self.leastStep), notBefore ?? due)
        lead = begin.ticks(since: due)
        return begin.ticks(since: sample.decodeTime)
    }
}
