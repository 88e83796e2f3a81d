import Media

/// Maps one track's timestamps to the timeline of all tracks: exactly, but for a correction that follows a goal.
struct TrackClock: Sendable {
    /// What the sender told: the timestamp of a moment that it knows for all tracks.
    struct SyncPoint: Hashable, Sendable {
        var time: NTPTime
        var timestamp: UInt32
    }

    /// A timestamp so far after the latest, or so far before it, is a jump: 10 s, 2 s.
    static let maximumStep: Int64 = 10 * MediaTime.ticksPerSecond
    static let maximumStepBack: Int64 = 2 * MediaTime.ticksPerSecond
    /// Corrections up to this are spread over time, a longer one forward is one step: 100 ms.
    static let maximumSlew: Int64 = MediaTime.ticksPerSecond / 10
    /// How much of the time that passes a spread correction takes at most: one part of so many.
    static let slewDivisor: Int64 = 200

    /// The newest of each kind.
    var report: SyncPoint?
    var playInfo: SyncPoint?
    /// The relation to the other tracks was told by the sender.
    var isAligned = false
    /// Where the correction is to come, in 90 kHz ticks.
    private(set) var goal: Int64 = 0

    private let rate: RTPClockRate
    private var unwrapper = RTPTimestampUnwrapper()
    private var anchor: Anchor?
    /// The latest time so far, without corrections.
    private var latest: Int64 = 0
    private var correction: Int64 = 0

    private struct Anchor: Sendable {
        var timestamp: Int64
        var ticks: Int64
    }

    init(rate: RTPClockRate) {
        self.rate = rate
    }

    /// A packet came.
    var hasStarted: Bool { anchor != nil }

    /// Where the timestamp will be on the timeline when the correction is done. Nil before the first packet.
    func goalTicks(of timestamp: UInt32) -> Int64? {
        anchor.map { ticks(of: unwrapper.near(timestamp), from: $0) &+ goal }
    }

    /// How far a timestamp is from the latest packets', in 90 kHz ticks.
    func distance(to timestamp: UInt32) -> Int64? {
        anchor.map { ticks(of: unwrapper.near(timestamp), from: $0) &- latest }
    }

    private func ticks(of timestamp: Int64, from anchor: Anchor) -> Int64 {
        anchor.ticks &+ rate.mediaTicks(timestamp &- anchor.timestamp)
    }

    /// Where a packet's timestamp is on the timeline; nil when it does not go on from the ones before: then the clock is
    /// to be started.
    ///
    /// - Parameter mayStep: a correction may be made at once here.
    mutating func place(_ timestamp: UInt32, mayStep: Bool) -> Int64? {
        guard let anchor else { return nil }
        let time = ticks(of: unwrapper.near(timestamp), from: anchor)
        let passed = time &- latest
        guard (-Self.maximumStepBack...Self.maximumStep).contains(passed) else { return nil }
        _ = unwrapper.unwrap(timestamp)
        latest = max(latest, time)
        correct(passed: passed, mayStep: mayStep)
        return time &+ correction
    }

    /// The timestamp is at that place of the timeline.
    mutating func start(_ timestamp: UInt32, at ticks: Int64) {
        if anchor != nil { forget() }
        anchor = Anchor(timestamp: unwrapper.unwrap(timestamp), ticks: ticks)
        latest = ticks
    }

    /// Another clock follows: what is known of the old one does not hold.
    mutating func forget() {
        self = TrackClock(rate: rate)
    }

    mutating func moveGoal(by ticks: Int64) {
        goal &+= ticks
    }

    private mutating func correct(passed: Int64, mayStep: Bool) {
        let missing = goal &- correction
        if missing > Self.maximumSlew {
            if mayStep { correction = goal }
        } else if missing != 0, passed > 0 {
            let most = max(passed / Self.slewDivisor, 1)
            correction &+= min(max(missing, -most), most)
        }
    }
}
