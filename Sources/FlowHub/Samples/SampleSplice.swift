import Media

/// Joins the streams of samples of several sources to one that goes on: each source begins on a keyframe, and its
/// times are moved so that they follow what went before by as much as time passed.
///
/// The first source keeps its own times. A pure value: time is an argument.
struct SampleSplice: Sendable {
    /// The least step from the end of one source to the begin of the next: a millisecond.
    private static let minimumStep = MediaTime.ticksPerMillisecond

    private enum State: Sendable {
        case waiting
        case running(offset: Int64)
    }

    private var state = State.waiting
    /// The latest sample that passed, of any track.
    private var last: (decodeTime: MediaTime, arrival: MonotonicTime)?
    /// The latest decode time of each track.
    private var lastOfTracks: [(track: MediaTrack.ID, decodeTime: MediaTime)] = []

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
            offset = start(sample, at: now)
            state = .running(offset: offset)
        }
        var moved = sample
        moved.decodeTime = sample.decodeTime.advanced(byTicks: offset)
        if let index = lastOfTracks.firstIndex(where: { $0.track == sample.track }) {
            guard moved.decodeTime >= lastOfTracks[index].decodeTime else { return nil }
            lastOfTracks[index].decodeTime = moved.decodeTime
        } else {
            lastOfTracks.append((sample.track, moved.decodeTime))
        }
        if let last, last.decodeTime > moved.decodeTime {
            self.last = (last.decodeTime, now)
        } else {
            last = (moved.decodeTime, now)
        }
        return moved
    }

    /// What to add to the times of a source that begins with this sample.
    private func start(_ sample: MediaSample, at now: MonotonicTime) -> Int64 {
        guard let last else { return 0 }
        let passed = max(0, now.nanoseconds(since: last.arrival)) / (1_000_000_000 / MediaTime.ticksPerSecond)
        return last.decodeTime.ticks(since: sample.decodeTime) &+ max(Self.minimumStep, passed)
    }
}
