import Media

/// Joins the streams of samples of several sources to one that goes on: each source begins on a keyframe, and its
/// times are moved so that they follow what went before by as much as time passed.
///
/// A source whose last group of pictures was kept begins at once: the pictures that are past are given times in the
/// gap, closer together than they were, so that a decoder gets through them and is there for the present one. Where the
/// gap has no room for them the pictures are late, and in time again within a second: `TakeoverTimes`.
///
/// The first source keeps its own times. A pure value: time is an argument.
struct SampleSplice: Sendable {
    /// The least step from the end of one source to the begin of the next, and from one past picture to the next: a
    /// millisecond, the finest that every format has.
    private static let leastStep = MediaTime.ticksPerMillisecond
    /// A track that is farther behind another one than this has nothing to do with it: 3 s.
    private static let maximumLag = 3 * MediaTime.ticksPerSecond

    private enum State: Sendable {
        case waiting
        case running(offset: Int64)
    }

    /// The latest times of a track.
    private struct Latest: Sendable {
        var track: MediaTrack.ID
        var decodeTime: MediaTime
        var presentationTime: MediaTime
        /// What the decode time would be if nothing had been late, and when it was.
        var due: MediaTime
        var arrival: MonotonicTime

        /// What is due at another moment, which may be the earlier one.
        func due(at now: MonotonicTime) -> MediaTime {
            due.advanced(byTicks: now.nanoseconds(since: arrival) / (1_000_000_000 / MediaTime.ticksPerSecond))
        }
    }

    /// How the pictures of the running source are moved beyond the offset, by the distance from a decode time of it.
    private struct Takeover: Sendable {
        var track: MediaTrack.ID
        var present: MediaTime
        var times: TakeoverTimes

        func move(_ sample: MediaSample) -> (decodeTime: MediaTime, compositionOffset: Int64) {
            let decoding = times.move(sample.decodeTime.ticks(since: present))
            let presentation = times.move(sample.presentationTime.ticks(since: present))
            return (present.advanced(byTicks: decoding), presentation &- decoding)
        }
    }

    private var state = State.waiting
    private var takeover: Takeover?
    private var latest: [Latest] = []

    /// What follows comes behind something.
    var hasPassedSamples: Bool { !latest.isEmpty }

    /// Another source follows, or the same one from anew.
    mutating func begin() {
        state = .waiting
        takeover = nil
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
            offset = start(at: sample, first: sample, pastPictures: 0, at: now)
        }
        let moved = move(sample, by: offset)
        if let before = latest.first(where: { $0.track == sample.track }), moved.decodeTime < before.decodeTime {
            return nil
        }
        note(moved, due: sample.decodeTime.advanced(byTicks: offset), at: now)
        return moved
    }

    /// The pictures of a source that takes over, moved into the gap before its present.
    ///
    /// Empty, and the source begins on its next keyframe, when there are none.
    ///
    /// - Parameters:
    ///   - present: the last of the pictures, or the one after it.
    ///   - arrival: when that came.
    mutating func catchUp(
        _ pictures: [MediaSample],
        present: MediaSample,
        at arrival: MonotonicTime
    ) -> [MediaSample] {
        guard case .waiting = state, let first = pictures.first, hasPassedSamples else { return [] }
        let offset = start(at: present, first: first, pastPictures: pictures.count, at: arrival)
        return pictures.map { picture in
            let moved = move(picture, by: offset)
            note(moved, due: picture.decodeTime.advanced(byTicks: offset), at: arrival)
            return moved
        }
    }

    /// The source runs from now on.
    ///
    /// - Returns: What to add to its times.
    private mutating func start(
        at present: MediaSample,
        first: MediaSample,
        pastPictures: Int,
        at now: MonotonicTime
    ) -> Int64 {
        let offset = due(of: present.track, at: now)?.ticks(since: present.decodeTime) ?? 0
        state = .running(offset: offset)
        let furthest = latest.max { $0.decodeTime < $1.decodeTime }
        guard let before = latest.first(where: { $0.track == first.track }) ?? furthest else { return offset }
        // What is decoded and shown first comes after what was decoded and what is being shown.
        let decodeBegin = before.decodeTime.advanced(byTicks: Self.leastStep &- offset)
        let showBegin = before.presentationTime.advanced(byTicks: Self.leastStep &- offset)
        guard first.decodeTime < decodeBegin || first.presentationTime < showBegin else { return offset }
        takeover = Takeover(
            track: first.track,
            present: present.decodeTime,
            times: TakeoverTimes(
                from: first.decodeTime.ticks(since: present.decodeTime),
                begin: max(decodeBegin, showBegin).ticks(since: present.decodeTime),
                room: Int64(pastPictures) &* Self.leastStep
            )
        )
        return offset
    }

    /// What is due now of a track, or of the one that is ahead of all when that one is unknown or far behind.
    private func due(of track: MediaTrack.ID, at now: MonotonicTime) -> MediaTime? {
        guard let furthest = latest.lazy.map({ $0.due(at: now) }).max() else { return nil }
        guard let own = latest.first(where: { $0.track == track })?.due(at: now),
            furthest.ticks(since: own) <= Self.maximumLag
        else { return furthest }
        return own
    }

    private mutating func move(_ sample: MediaSample, by offset: Int64) -> MediaSample {
        var moved = sample
        if let takeover, takeover.track == sample.track {
            let distance = sample.decodeTime.ticks(since: takeover.present)
            if distance < 0 || takeover.times.isSettling(at: distance) {
                (moved.decodeTime, moved.compositionOffset) = takeover.move(sample)
            } else {
                self.takeover = nil
            }
        }
        moved.decodeTime = moved.decodeTime.advanced(byTicks: offset)
        return moved
    }

    private mutating func note(_ moved: MediaSample, due: MediaTime, at now: MonotonicTime) {
        guard let index = latest.firstIndex(where: { $0.track == moved.track }) else {
            latest.append(
                Latest(
                    track: moved.track,
                    decodeTime: moved.decodeTime,
                    presentationTime: moved.presentationTime,
                    due: due,
                    arrival: now
                )
            )
            return
        }
        latest[index].decodeTime = max(latest[index].decodeTime, moved.decodeTime)
        latest[index].presentationTime = max(latest[index].presentationTime, moved.presentationTime)
        latest[index].due = due
        latest[index].arrival = now
    }
}
