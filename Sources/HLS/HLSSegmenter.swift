import FragmentedMP4
public import Media
import NIOCore

/// Cuts a stream of samples into the segments and parts of HTTP Live Streaming, RFC 8216 and its second edition, as
/// fragmented MP4 and as MPEG-TS.
///
/// Segments begin with keyframes, and parts end every 300 ms or so. Of the tracks one of video and one of audio are
/// shown. What can be fetched is in `presentation`, a value that answers requests while the segmenter goes on: whoever
/// feeds it makes it known to those who wait whenever `consume` says that it changed. There is something to play from
/// the end of the first segment on, since only that tells how long segments are.
///
/// Nothing here waits for time to pass: a part ends when the next sample comes. Memory is bounded by the configuration's
/// `maximumBytes` and one segment in progress.
public struct HLSSegmenter: Sendable {
    /// Larger samples are left out.
    static let maximumSampleBytes = 16 << 20

    /// The samples of a track of the files.
    struct Lane: Sendable {
        let trackID: UInt32
        var timing = StreamTimeline.Track()
        var queue = SampleQueue()
    }

    let configuration: HLSConfiguration
    public internal(set) var presentation = HLSPresentation()
    var selection = TrackSelection()
    /// The tracks of the segment in progress; empty when there is none.
    var choice = TrackSelection.Choice()
    var timeline = StreamTimeline()
    var video = Lane(trackID: TrackSelection.videoTrackID)
    var audio = Lane(trackID: TrackSelection.audioTrackID)
    var rhythm = KeyframeRhythm()
    var programClock = ProgramClock()
    var transport = TransportRendition()
    /// The samples of the first segment, each with the index of its part: MPEG-TS is made of them when it ends, since
    /// tracks can still join.
    var opening: [(sample: MediaSample, part: Int)] = []
    /// Fragments so far.
    var fragments: UInt32 = 0
    /// Samples of the segment in progress.
    var sampleCount = 0
    private var isDiscontinuityMarked = false

    public init(configuration: HLSConfiguration = HLSConfiguration()) {
        self.configuration = configuration
    }

    /// Takes up a track or its new configuration: it holds from the next keyframe on.
    ///
    /// - Returns: False when the track's codec is not carried, its configuration cannot be read, or there are too many.
    @discardableResult
    public mutating func consume(_ track: MediaTrack) -> Bool {
        selection.set(track)
    }

    /// What comes from the next keyframe on does not go on from what went before, though its times do: another source
    /// took over.
    public mutating func markDiscontinuity() {
        isDiscontinuityMarked = presentation.open != nil
    }

    /// Takes the next sample of any track.
    ///
    /// - Parameters:
    ///   - now: when it came.
    ///   - date: the same by the calendar.
    /// - Returns: Whether the presentation changed: requests that wait can be answered.
    @discardableResult
    public mutating func consume(_ sample: MediaSample, at now: MonotonicTime, date: WallClockTime) -> Bool {
        guard !presentation.isEnded, (1...Self.maximumSampleBytes).contains(sample.payload.readableBytes) else {
            return false
        }
        let version = presentation.version
        selection.note(sample, at: now)
        take(sample, date)
        return presentation.version != version
    }

    /// The stream is over: what waits is published, and playlists say so.
    public mutating func finish() {
        guard !presentation.isEnded else { return }
        if presentation.open != nil {
            muxOpening()
            closePart(at: timeline.end, before: nil, takesAll: true)
            closeSegment()
        }
        presentation.open = nil
        presentation.isEnded = true
        presentation.version &+= 1
    }

    // MARK: Samples

    private mutating func take(_ sample: MediaSample, _ date: WallClockTime) {
        let next = nextChoice(for: sample)
        guard selection.isOf(next, sample) else { return }
        let isVideo = next.video?.id == sample.track
        let isLead = isVideo || next.video == nil
        if next.video != choice.video { timeline.leadChanged() }
        let placement = place(sample, in: next, isVideo: isVideo, isLead: isLead)
        let time: Int64
        var jumped = false
        switch placement {
        case .leftOut: return
        case .at(let place): time = place
        case .jumped(let place): (time, jumped) = (place, true)
        }
        if isVideo, sample.isKeyframe { rhythm.note(keyframeAt: time) }
        var placed = sample
        placed.decodeTime = MediaTime(ticks: time)
        let cut = Cut(sample: placed, isVideo: isVideo, isLead: isLead)

        if next != choice || jumped || isDiscontinuityMarked && next.canBegin(with: sample) {
            guard interrupt(cut, by: next, date) else { return }
        } else if isSegmentDue(cut) {
            endSegment(cut, takesAll: false, date)
            beginSegment(cut, isDiscontinuous: false, date)
        } else {
            if isPartDue(cut) { closePart(at: end(for: cut), before: cut, takesAll: false) }
            if presentation.isReady { transport.append(placed) }
        }
        if !presentation.isReady { opening.append((placed, presentation.open?.parts.count ?? 0)) }
        sampleCount += 1
        if isVideo {
            video.queue.append(placed, at: time)
        } else {
            audio.queue.append(placed, at: time)
        }
    }

    /// The tracks with the sample: others than before when it can begin a stream of those that there are now.
    private mutating func nextChoice(for sample: MediaSample) -> TrackSelection.Choice {
        let wanted = selection.choice(current: choice)
        guard wanted != choice else { return choice }
        if !presentation.isReady, !choice.isEmpty, choice.video == wanted.video, choice.isPart(of: wanted) {
            // Nobody saw it yet: sound joins what has begun.
            setChoice(wanted)
            if var open = presentation.open {
                open.initialization = initialization(number: open.number)
                presentation.open = open
            }
            return choice
        }
        return wanted.canBegin(with: sample) ? wanted : choice
    }

    private mutating func place(
        _ sample: MediaSample,
        in choice: TrackSelection.Choice,
        isVideo: Bool,
        isLead: Bool
    ) -> StreamTimeline.Placement {
        var lane = isVideo ? video.timing : audio.timing
        let placement = timeline.place(
            sample,
            track: &lane,
            isLead: isLead,
            canBegin: choice.canBegin(with: sample),
            deadline: (presentation.open?.start ?? timeline.latest) + segmentLimit
        )
        if isVideo { video.timing = lane } else { audio.timing = lane }
        return placement
    }

    /// The tracks or the source changed, or times jumped: what went before ends, with a discontinuity. What was not
    /// published yet is thrown away instead.
    ///
    /// - Returns: Whether a segment began with the sample.
    private mutating func interrupt(_ cut: Cut, by next: TrackSelection.Choice, _ date: WallClockTime) -> Bool {
        isDiscontinuityMarked = false
        guard presentation.isReady else {
            presentation.open = nil
            opening.removeAll()
            video.queue.removeAll()
            audio.queue.removeAll()
            setChoice(next.canBegin(with: cut.sample) ? next : TrackSelection.Choice())
            guard !choice.isEmpty else { return false }
            beginSegment(cut, isDiscontinuous: false, date)
            return true
        }
        let hasChanged = next != choice
        endSegment(cut, takesAll: true, next: hasChanged ? next : nil, date)
        beginSegment(cut, isDiscontinuous: true, hasChanged: hasChanged, date)
        return true
    }
}
