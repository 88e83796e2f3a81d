import Media

/// What a connection's latency should be instead of what it is.
public struct SRTLatencyAdvice: Hashable, Sendable {
    /// What both sides agreed on, in milliseconds.
    public var latencyMilliseconds: Int
    /// The longest round trip since it has been too much for that.
    public var roundTripMilliseconds: Double
    /// Three times the round trip, in tens of milliseconds.
    public var advisedMilliseconds: Int

    public init(latencyMilliseconds: Int, roundTripMilliseconds: Double, advisedMilliseconds: Int) {
        self.latencyMilliseconds = latencyMilliseconds
        self.roundTripMilliseconds = roundTripMilliseconds
        self.advisedMilliseconds = advisedMilliseconds
    }
}

/// Says when the latency of a connection is too low for its round trips: a lost packet is missed half a round trip late,
/// asked for, and sent again, and that may be lost as well. Below three round trips there is no second try.
///
/// Fed about once a second with libsrt's figures, which are smoothed. It says so when the latency has been too low for
/// `raiseAfter` without a break, and takes it back when there has been room to spare for `clearAfter`.
struct SRTLatencyWatch: Sendable {
    enum Change: Hashable, Sendable {
        case none
        case raised(SRTLatencyAdvice)
        case cleared
    }

    static let roundTrips = 3.0
    static let raiseAfter = Duration.seconds(5)
    static let clearAfter = Duration.seconds(30)
    /// There is room to spare when three round trips take no more than this of the latency.
    static let spareShare = 0.8
    /// The largest latency that a flow may have, in milliseconds.
    static let maximumAdvice = 10_000
    private static let adviceStep = 10.0

    /// Nil while the latency is long enough.
    private(set) var advice: SRTLatencyAdvice?
    /// Since when `advice` has been given.
    private(set) var raisedAt: MonotonicTime?
    private var lowSince: MonotonicTime?
    private var highSince: MonotonicTime?
    private var longestRoundTrip = 0.0

    /// - Parameter hasTraffic: whether packets went since the last time: without, libsrt has not measured anything, and
    ///   shows a round trip of 100 ms to begin with.
    mutating func observe(
        latencyMilliseconds: Int,
        roundTripMilliseconds: Double,
        hasTraffic: Bool,
        at now: MonotonicTime
    ) -> Change {
        // Without latency packets are passed on as they come, and none is waited for.
        guard hasTraffic, latencyMilliseconds > 0, roundTripMilliseconds.isFinite else {
            lowSince = nil
            highSince = nil
            return .none
        }
        let needed = roundTripMilliseconds * Self.roundTrips
        let latency = Double(latencyMilliseconds)
        return advice == nil
            ? waitToRaise(latencyMilliseconds, roundTripMilliseconds, isLow: needed > latency, at: now)
            : waitToClear(isSpare: needed <= latency * Self.spareShare, at: now)
    }

    private mutating func waitToRaise(
        _ latency: Int,
        _ roundTrip: Double,
        isLow: Bool,
        at now: MonotonicTime
    ) -> Change {
        guard isLow else {
            lowSince = nil
            return .none
        }
        let since = lowSince ?? now
        longestRoundTrip = lowSince == nil ? roundTrip : max(longestRoundTrip, roundTrip)
        lowSince = since
        guard now >= since.advanced(by: Self.raiseAfter) else { return .none }
        let steps = (longestRoundTrip * Self.roundTrips / Self.adviceStep).rounded(.up)
        let advice = SRTLatencyAdvice(
            latencyMilliseconds: latency,
            roundTripMilliseconds: longestRoundTrip,
            advisedMilliseconds: Int(min(steps * Self.adviceStep, Double(Self.maximumAdvice)))
        )
        // At the limit there is nothing to set.
        guard advice.advisedMilliseconds > latency else { return .none }
        self.advice = advice
        raisedAt = since
        lowSince = nil
        return .raised(advice)
    }

    private mutating func waitToClear(isSpare: Bool, at now: MonotonicTime) -> Change {
        guard isSpare else {
            highSince = nil
            return .none
        }
        let since = highSince ?? now
        highSince = since
        guard now >= since.advanced(by: Self.clearAfter) else { return .none }
        advice = nil
        raisedAt = nil
        highSince = nil
        return .cleared
    }
}
