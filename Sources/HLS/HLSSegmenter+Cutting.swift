import FragmentedMP4
import Media
import NIOCore

/// Where segments and parts end.
extension HLSSegmenter {
    /// How long parts are before there is something to play: 310 ms, so that an even number of pictures at the usual
    /// rates makes 250 ms or more of it.
    static let initialPartLimit: Int64 = 27_900
    /// The least that playlists say of parts: 200 ms.
    private static let minimumPartTarget: Int64 = 18_000
    /// How long a segment can be before there is something to play, at least: 12 s.
    private static let initialSegmentLimit: Int64 = 12 * MediaTime.ticksPerSecond
    /// A track's last sample is not kept waiting for the next one for longer: 1 s.
    private static let patience: Int64 = MediaTime.ticksPerSecond
    /// A part with more than these is cut wherever it is.
    private static let maximumPartSamples = 2_048
    private static let maximumPartBytes = 8 << 20
    /// The same for segments.
    private static let maximumSegmentSamples = 65_536
    /// Numbers of segments count from here, in seconds: 2020-01-01.
    private static let firstMoment = WallClockTime(milliseconds: 1_577_836_800_000)

    /// The sample at which something ends.
    struct Cut {
        /// With its time on the stream's timeline.
        var sample: MediaSample
        var isVideo: Bool
        /// It is of the track that decides where segments end.
        var isLead: Bool

        var time: Int64 { sample.decodeTime.ticks }
    }

    // MARK: Conditions

    /// How long a segment can be, in ticks. Rounded to seconds it is the target duration.
    var segmentLimit: Int64 {
        if presentation.isReady { return presentation.targetTicks + MediaTime.ticksPerSecond / 2 - 1 }
        return max(Self.initialSegmentLimit, 2 * configuration.segmentTicks)
    }

    private func leads(_ cut: Cut) -> Bool { cut.isLead || timeline.isLeadSilent }

    func isSegmentDue(_ cut: Cut) -> Bool {
        guard let open = presentation.open else { return false }
        let bytes = open.byteCount + video.queue.byteCount + audio.queue.byteCount + transport.byteCount
        if bytes > configuration.maximumSegmentBytes || sampleCount > Self.maximumSegmentSamples { return true }
        guard leads(cut) else { return false }
        let elapsed = cut.time - open.start
        let interval = cut.isVideo ? video.timing.interval : audio.timing.interval
        if elapsed + interval > segmentLimit { return true }
        let wanted = configuration.segmentTicks
        guard choice.video != nil else { return elapsed >= wanted - interval / 2 }
        guard cut.isVideo, cut.sample.isKeyframe else { return false }
        // The next keyframe may come too late.
        let isLast = presentation.isReady && elapsed >= wanted / 2 && elapsed + rhythm.longest > segmentLimit
        return elapsed >= wanted / 10 * 9 || isLast
    }

    func isPartDue(_ cut: Cut) -> Bool {
        guard let open = presentation.open else { return false }
        if video.queue.count + audio.queue.count >= Self.maximumPartSamples
            || video.queue.byteCount + audio.queue.byteCount >= Self.maximumPartBytes
        {
            return true
        }
        guard leads(cut) else { return false }
        let interval = cut.isVideo ? video.timing.interval : audio.timing.interval
        let limit = presentation.isReady ? presentation.partTarget : Self.initialPartLimit
        return cut.time + interval - open.end > limit
    }

    /// Where on the timeline it ends: what other tracks brought until the leading one was found to be silent makes no
    /// segment longer than it may be.
    func end(for cut: Cut) -> Int64 {
        let end = leads(cut) ? cut.time : timeline.latest
        return min(end, (presentation.open?.start ?? end) + segmentLimit)
    }

    // MARK: Parts

    /// Ends the part in progress, if there is anything for it.
    ///
    /// - Parameters:
    ///   - cut: the sample that follows.
    ///   - takesAll: does not let the last sample of a track wait for the next one.
    mutating func closePart(at end: Int64, before cut: Cut?, takesAll: Bool) {
        guard let start = presentation.open?.end, let initialization = presentation.open?.initialization else { return }
        let runs = [
            Self.takeRun(&video, followedAt: cut?.isVideo == true ? cut?.time : nil, end, takesAll),
            Self.takeRun(&audio, followedAt: cut?.isVideo == false ? cut?.time : nil, end, takesAll),
        ].compactMap { $0 }.filter { !$0.samples.isEmpty }
        guard !runs.isEmpty else { return }
        fragments &+= 1
        let pictures = runs.first { $0.trackID == video.trackID }
        let part = HLSPart(
            duration: max(end - start, 1),
            isIndependent: !initialization.hasVideo || pictures?.samples.first?.isKeyframe ?? false,
            fragment: MovieFragment(sequenceNumber: fragments, runs: runs).bytes(),
            transport: transport.takePart()
        )
        presentation.open?.append(part, pictures: pictures?.samples.count ?? 0)
        if presentation.isReady { presentation.version &+= 1 }
    }

    private static func takeRun(
        _ lane: inout Lane,
        followedAt next: Int64?,
        _ end: Int64,
        _ takesAll: Bool
    ) -> FragmentRun? {
        guard let last = lane.queue.lastDecodeTime else { return nil }
        if let next { return lane.queue.takeAll(until: next, trackID: lane.trackID) }
        if takesAll || last < end - patience {
            return lane.queue.takeAll(until: last + lane.timing.interval, trackID: lane.trackID)
        }
        return lane.queue.takeComplete(trackID: lane.trackID)
    }

    // MARK: Segments

    /// Ends the segment in progress before a sample.
    ///
    /// - Parameter next: the tracks from the sample on, when they change.
    mutating func endSegment(
        _ cut: Cut,
        takesAll: Bool,
        next: TrackSelection.Choice? = nil,
        _ date: WallClockTime
    ) {
        muxOpening()
        if let next { setChoice(next) }
        transport.begin(with: cut.sample)
        closePart(at: end(for: cut), before: cut, takesAll: takesAll)
        closeSegment()
    }

    /// Makes MPEG-TS of the first segment, of the parts that ended and of what will be the last one.
    mutating func muxOpening() {
        guard !presentation.isReady, let first = opening.first else { return }
        transport.begin(with: first.sample)
        transport.dropEnded()
        var part = first.part
        for (sample, index) in opening.dropFirst() {
            if index != part {
                presentation.open?.setTransport(transport.takePart(), ofPart: part)
                part = index
            }
            transport.append(sample)
        }
        opening.removeAll()
    }

    mutating func setChoice(_ next: TrackSelection.Choice) {
        choice = next
        transport.setTracks(selection.tracks(of: choice))
    }

    /// Files the segment in progress, if there is anything in it.
    mutating func closeSegment() {
        guard let segment = presentation.open, !segment.parts.isEmpty else { return }
        if !presentation.isReady { publish(with: segment) }
        presentation.open = nil
        presentation.append(
            segment,
            window: configuration.listedSegments,
            maximumBytes: configuration.maximumBytes
        )
        presentation.version &+= 1
    }

    /// Begins a segment with a sample. One in progress that is still empty gives its place.
    ///
    /// - Parameter hasChanged: the tracks are others than before.
    mutating func beginSegment(_ cut: Cut, isDiscontinuous: Bool, hasChanged: Bool = false, _ date: WallClockTime) {
        let last = presentation.segments.last
        let replaced = presentation.open
        let number = last.map { $0.number + 1 } ?? Self.firstNumber(at: date)
        let start = replaced?.start ?? last?.end ?? cut.time
        let isDiscontinuous = last != nil && (isDiscontinuous || replaced?.isDiscontinuous ?? false)
        var initialization: HLSInitialization?
        if !hasChanged { initialization = replaced?.initialization ?? last?.initialization }
        presentation.open = HLSSegment(
            number: number,
            start: start,
            date: programClock.date(ofSegmentAt: start, arrival: date, isDiscontinuous: isDiscontinuous),
            isDiscontinuous: isDiscontinuous,
            discontinuities: (last?.discontinuities ?? 0) + (isDiscontinuous ? 1 : 0),
            isIndependent: choice.canBegin(with: cut.sample),
            initialization: initialization ?? self.initialization(number: number)
        )
        sampleCount = 0
    }

    func initialization(number: Int) -> HLSInitialization {
        HLSInitialization(number: number, tracks: selection.descriptions(of: choice))
    }

    /// A second has at most one segment, all in all: so a number does not come again after a restart.
    private static func firstNumber(at date: WallClockTime) -> Int {
        max(0, Int(clamping: (date.milliseconds &- firstMoment.milliseconds) / 1_000))
    }

    /// Decides for good what playlists say of durations.
    private mutating func publish(with first: HLSSegment) {
        let longest = max(first.duration, configuration.segmentTicks)
        presentation.targetDuration = Int((longest + MediaTime.ticksPerSecond / 2) / MediaTime.ticksPerSecond)
        // The last part ends with the segment, however short it is.
        let whole = first.parts.count > 1 ? first.parts.dropLast() : first.parts[...]
        let durations = whole.map(\.duration).sorted()
        guard let greatest = durations.last else { return }
        let usual = durations[durations.count / 2]
        // A single pause is no reason to say that all parts are so long. A twentieth is for senders' inaccuracy.
        let duration = greatest > 2 * usual ? usual : greatest
        let milliseconds =
            (duration + duration / 20 + MediaTime.ticksPerMillisecond - 1) / MediaTime.ticksPerMillisecond
        presentation.partTarget = min(
            max(milliseconds * MediaTime.ticksPerMillisecond, Self.minimumPartTarget),
            presentation.targetTicks
        )
    }
}
