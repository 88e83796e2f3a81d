import Media

/// Decides the time stamps of samples and how far the program clock is when each begins. Times are those of the
/// samples: ticks of 90 kHz, unwrapped; the clock counts 27 MHz. A sample's time stamps lie `delay` behind the times
/// that it came with, so that the clock, which is at its decode time when it begins, is that much before them.
///
/// All tracks have one timeline. The track that carries the clock leads: when its decode times jump, the timeline
/// does, and samples of other tracks that are not within reach of the clock are left out until they have followed. When
/// it is silent the others lead. Before that, they move the clock too, but to some time behind them, so that it goes on
/// between pictures that are far apart. A track that is farther behind than the delay has room for holds back the clock
/// that the others move.
struct MuxTimeline: Sendable {
    /// How long before its decode time stamp a sample begins to arrive: 200 ms.
    static let delay: Int64 = 18_000
    /// A step forward beyond this is a jump: 10 s.
    static let maximumStep: Int64 = 10 * MediaTime.ticksPerSecond
    /// A step of the leading track back beyond this is a jump; a smaller one is a sender's inaccuracy, and its sample is
    /// moved behind the one before: 100 ms.
    static let maximumStepBack: Int64 = 9_000
    /// How far a track can be behind another: 3 s.
    static let maximumLag: Int64 = 3 * MediaTime.ticksPerSecond
    /// The leading track is silent when another went on by so much since it brought a sample, 1 s, in steps of which each
    /// counts half of that at most: a jump is no silence.
    static let silence: Int64 = MediaTime.ticksPerSecond
    /// How far behind another track that track leaves the clock, if that track is not behind the leading one: 100 ms.
    static let initialSlack: Int64 = 9_000
    /// A decode time stamp that is not farther than this before the clock holds the clock back: 50 ms.
    static let margin: Int64 = 4_500
    /// From decoding to presentation, at most: 10 s.
    static let maximumComposition: Int64 = 10 * MediaTime.ticksPerSecond
    /// Pictures that are presented before they are decoded are decoded earlier, by at most this: 1 s.
    static let maximumDecodeShift: Int64 = MediaTime.ticksPerSecond
    /// Times beyond this, forward or back, are nonsense: about 1,600 years.
    static let maximumTicks: Int64 = 1 << 52
    /// How long a sample lasts as long as its track had but one.
    static let assumedInterval: Int64 = 1_500

    /// What one track did so far.
    struct Track: Sendable {
        /// The last decode time, of the timeline number `timeline`.
        fileprivate var last: Int64?
        fileprivate var timeline = 0
        /// By how much decode times are moved back.
        fileprivate var decodeShift: Int64 = 0
        /// The last decode time, also of samples that were left out.
        fileprivate var lastHeard: Int64?
        /// How far it went on since the leading track's last sample, of which there had been `leadingSamples`.
        fileprivate var progress: Int64 = 0
        fileprivate var leadingSamples: UInt64 = 0
        /// From one decode time to the next.
        fileprivate(set) var interval = MuxTimeline.assumedInterval

        init() {}
    }

    struct Placement: Equatable {
        var decoding: Int64
        var presentation: Int64
        /// The clock is to go forward to this before the sample, if it is not there yet.
        var clock: Int64
        /// The clock did not come here from where it was.
        var isDiscontinuous: Bool
    }

    /// Ticks of 27 MHz; nil before the first sample. Whoever writes clocks moves it forward.
    var clock: Int64?
    private var timeline = 0
    /// How far the clock is behind the leading track, and behind the others, in ticks of 90 kHz.
    private var lag: Int64 = 0
    private var slack = Self.initialSlack
    /// The latest decode time of the leading track, and of the others.
    private var lastLeading: Int64?
    private var lastOther: Int64?
    private var leadingSamples: UInt64 = 0

    init() {}

    /// Nil when the sample's times have nothing to do with the stream's: it is to be left out.
    mutating func place(_ sample: MediaSample, track: inout Track, isLeadingTrack: Bool) -> Placement? {
        let ticks = sample.decodeTime.ticks
        guard abs(ticks.clamped) < Self.maximumTicks,
            abs(sample.compositionOffset.clamped) <= Self.maximumComposition
        else { return nil }
        track.decodeShift = min(max(track.decodeShift, -sample.compositionOffset), Self.maximumDecodeShift)
        var decoding = ticks - track.decodeShift
        let last = track.timeline == timeline ? track.last : nil
        if let last, decoding <= last, last - decoding <= Self.maximumStepBack { decoding = last + 1 }
        let leads = leads(decoding, track: &track, isLeadingTrack: isLeadingTrack)

        var isDiscontinuous = false
        if let clock {
            let distance = decoding - clock / 300
            let isNear = distance >= -Self.maximumLag && distance <= Self.maximumStep
            if leads, !isNear || last.map({ $0 - decoding > Self.maximumStepBack }) ?? false {
                isDiscontinuous = true
                jump(to: decoding)
            } else if !isNear || !hold(for: decoding, isLeadingTrack, isDiscontinuous: &isDiscontinuous) {
                return nil
            }
        } else {
            clock = decoding * 300
        }

        if let last, track.timeline == timeline, decoding > last, decoding - last <= MediaTime.ticksPerSecond {
            track.interval = decoding - last
        }
        track.last = decoding
        track.timeline = timeline
        return Placement(
            decoding: decoding + Self.delay,
            presentation: max(ticks + sample.compositionOffset, decoding) + Self.delay,
            clock: max(clock ?? 0, target(of: decoding, leads: leads, isLeadingTrack: isLeadingTrack)),
            isDiscontinuous: isDiscontinuous
        )
    }

    private func leads(_ decoding: Int64, track: inout Track, isLeadingTrack: Bool) -> Bool {
        defer { track.lastHeard = decoding }
        if isLeadingTrack { return true }
        if track.leadingSamples != leadingSamples {
            track.leadingSamples = leadingSamples
            track.progress = 0
        } else if let last = track.lastHeard, decoding > last {
            track.progress = min(track.progress + min(decoding - last, Self.silence / 2), 2 * Self.silence)
        }
        return leadingSamples == 0 || track.progress > Self.silence
    }

    private mutating func jump(to decoding: Int64) {
        timeline += 1
        clock = decoding * 300
        lag = 0
        slack = Self.initialSlack
        lastLeading = nil
        lastOther = nil
    }

    /// How far a sample moves the clock.
    private mutating func target(of decoding: Int64, leads: Bool, isLeadingTrack: Bool) -> Int64 {
        if isLeadingTrack {
            leadingSamples &+= 1
            lastLeading = decoding
            return (decoding - lag) * 300
        }
        lastOther = max(lastOther ?? decoding, decoding)
        if leadingSamples == 0 { return decoding * 300 }
        // A leading track that is alive but far behind moves the clock alone.
        let isWithinReach = lastLeading.map { decoding - $0 <= Self.maximumLag } ?? false
        return leads || isWithinReach ? (decoding - slack) * 300 : .min
    }

    /// Makes that the clock is before the time stamp of a sample that is behind, now and later.
    ///
    /// - Returns: False when it is too far behind.
    private mutating func hold(for decoding: Int64, _ isLeadingTrack: Bool, isDiscontinuous: inout Bool) -> Bool {
        guard let clock, (decoding + Self.delay - Self.margin) * 300 <= clock else { return true }
        if !isLeadingTrack, let lastLeading {
            guard lastLeading - decoding <= Self.maximumLag else { return false }
            lag = max(lag, lastLeading - decoding)
        }
        if let lastOther { slack = max(slack, min(lastOther - decoding, Self.maximumLag)) }
        if (decoding + Self.delay) * 300 <= clock {
            self.clock = decoding * 300
            isDiscontinuous = true
        }
        return true
    }
}

extension Int64 {
    /// Without the one value that has no magnitude.
    fileprivate var clamped: Int64 { Swift.max(self, -Int64.max) }
}
