public import Media

/// Brings the timestamps of a sender's tracks, each of a clock and an offset of its own, to one timeline.
///
/// At first a track begins where the others are when its first packet arrives. Then what the sender says counts: the
/// beginning of play in `RTP-Info` (RFC 2326 §12.33) until sender reports (RFC 3550 §6.4.1) of both tracks are there. The
/// first track that has either is the one that the others are aligned to; its own clock is the timeline's, so that times
/// are exact however long it runs, and slow drift of the others is followed.
///
/// Time never goes back by a correction: small ones are spread over time, a larger one is a step forward, if need be of
/// all the other tracks. Corrections beyond 10 s are refused: a sender that sets its wall clock tells a new relation with
/// its next reports.
public struct RTPClockAlignment: Sendable {
    /// Tracks that are farther apart than this are not aligned: 10 s.
    public static let maximumCorrection: Int64 = 10 * MediaTime.ticksPerSecond
    /// Where the first packet is on the timeline, so that decoding before it has room: 0.5 s.
    public static let beginning = MediaTime(ticks: MediaTime.ticksPerSecond / 2)
    /// Smaller errors are left: 2 ms, about what senders' reports are exact to.
    static let tolerance: Int64 = 180

    /// Corrections that were begun.
    public private(set) var corrections: UInt64 = 0
    /// Corrections that were too large to be believed.
    public private(set) var refusedCorrections: UInt64 = 0
    /// How often a track's timestamps jumped.
    public private(set) var jumps: UInt64 = 0

    private var tracks: [TrackClock]
    private var reference: Int?
    /// The latest place of all tracks, and when it was reached.
    private var newest: (ticks: Int64, arrival: MonotonicTime)?

    /// - Parameter clockRates: of the tracks, which from here on go by their place in the list.
    public init(clockRates: [RTPClockRate]) {
        tracks = clockRates.map { TrackClock(rate: $0) }
    }

    /// Whether the sender told how the track's times relate to the others'.
    public func isAligned(track: Int) -> Bool { track == reference || tracks[track].isAligned }

    /// Where a packet's or frame's timestamp is on the timeline.
    ///
    /// - Parameter mayStep: a correction may be made at once here, as it may before a keyframe but not among pictures that
    ///   are shown in another order than they are decoded.
    public mutating func time(
        of timestamp: UInt32,
        track: Int,
        at arrival: MonotonicTime,
        mayStep: Bool = true
    ) -> MediaTime {
        let ticks: Int64
        if let placed = tracks[track].place(timestamp, mayStep: mayStep) {
            ticks = placed
        } else {
            ticks = start(timestamp, track: track, at: arrival)
        }
        if ticks >= newest?.ticks ?? .min { newest = (ticks, arrival) }
        return MediaTime(ticks: ticks)
    }

    /// A sender report came.
    public mutating func reportReceived(track: Int, time: NTPTime, timestamp: UInt32) {
        guard time != .unknown else { return }
        tracks[track].report = TrackClock.SyncPoint(time: time, timestamp: timestamp)
        align()
    }

    /// The answer to the request to play said with which timestamp the track begins, at a moment that is the same for all
    /// tracks of that answer.
    public mutating func playInfoReceived(track: Int, timestamp: UInt32) {
        tracks[track].playInfo = TrackClock.SyncPoint(time: .unknown, timestamp: timestamp)
        align()
    }

    /// The track is sent by another source from now on.
    public mutating func restart(track: Int) {
        tracks[track].forget()
    }

    private mutating func start(_ timestamp: UInt32, track: Int, at arrival: MonotonicTime) -> Int64 {
        if tracks[track].hasStarted { jumps &+= 1 }
        var ticks = Self.beginning.ticks
        if let newest {
            ticks = newest.ticks &+ max(arrival.mediaTicks(since: newest.arrival), 0)
        }
        tracks[track].start(timestamp, at: ticks)
        align()
        return tracks[track].place(timestamp, mayStep: true) ?? ticks
    }

    private mutating func align() {
        if reference.map({ !tracks[$0].hasStarted }) ?? true {
            reference = tracks.firstIndex { $0.hasStarted && ($0.report != nil || $0.playInfo != nil) }
        }
        guard let reference else { return }
        for track in tracks.indices where track != reference {
            guard let error = error(of: track, to: reference) else { continue }
            guard abs(error) <= Self.maximumCorrection else {
                refusedCorrections &+= 1
                continue
            }
            tracks[track].isAligned = true
            if abs(error) >= Self.tolerance { correct(track, by: error) }
        }
    }

    /// How much later the track should be, in 90 kHz ticks.
    private func error(of track: Int, to reference: Int) -> Int64? {
        let (other, leader) = (tracks[track], tracks[reference])
        if let report = other.report, let leading = leader.report {
            guard let place = other.goalTicks(of: report.timestamp),
                let leadingPlace = leader.goalTicks(of: leading.timestamp)
            else { return nil }
            let wanted = leadingPlace &+ report.time.mediaTicks(since: leading.time)
            return (wanted &- place).withMagnitude
        }
        guard let info = other.playInfo, let leading = leader.playInfo,
            isPlausible(info, other), isPlausible(leading, leader),
            let place = other.goalTicks(of: info.timestamp), let leadingPlace = leader.goalTicks(of: leading.timestamp)
        else { return nil }
        return (leadingPlace &- place).withMagnitude
    }

    /// Some servers name a timestamp that has nothing to do with those of the packets.
    private func isPlausible(_ info: TrackClock.SyncPoint, _ clock: TrackClock) -> Bool {
        clock.distance(to: info.timestamp).map { abs($0.withMagnitude) <= Self.maximumCorrection } ?? false
    }

    private mutating func correct(_ track: Int, by error: Int64) {
        corrections &+= 1
        if error >= -TrackClock.maximumSlew {
            tracks[track].moveGoal(by: error)
        } else {
            for other in tracks.indices where other != track { tracks[other].moveGoal(by: 0 &- error) }
        }
    }
}

extension Int64 {
    /// Without the one value that has no magnitude.
    fileprivate var withMagnitude: Int64 { Swift.max(self, -Int64.max) }
}
