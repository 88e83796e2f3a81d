public import Media

/// Decides which leg of a flow feeds the outputs.
///
/// The leg that arrives first is active. It is lost when its peer closes or after `lossAfter` without media; then the
/// live leg highest in the list takes over. With `switchBack` the preferred leg returns after it has been healthy for
/// `recoverAfter`. A pure value: time is an argument, and legs are known by tokens that their owner hands out.
public struct LegSelector: Sendable {
    public struct Settings: Hashable, Sendable {
        /// Silence after which a leg counts as lost.
        public var lossAfter: Duration
        /// Return to the preferred leg when it is healthy again.
        public var switchBack: Bool
        /// How long the preferred leg must be healthy first.
        public var recoverAfter: Duration

        public init(
            lossAfter: Duration = .milliseconds(500),
            switchBack: Bool = false,
            recoverAfter: Duration = .seconds(5)
        ) {
            self.lossAfter = lossAfter
            self.switchBack = switchBack
            self.recoverAfter = recoverAfter
        }
    }

    /// What an event did to the choice.
    public enum Outcome: Hashable, Sendable {
        case unchanged
        /// `to` feeds the outputs now. `gapNanoseconds` is the silence since `from` last delivered.
        case switched(from: Int?, to: Int, gapNanoseconds: Int64)
        /// The active leg is lost and no other is live.
        case lost(Int)
    }

    private struct Leg {
        let token: Int
        var lastMedia: MonotonicTime?
        /// Since when media has come without a silence of `lossAfter`.
        var healthySince: MonotonicTime?
    }

    /// In order of priority.
    private var legs: [Leg] = []
    private var lossAfter: Int64
    private var recoverAfter: Int64
    private var switchBack: Bool
    /// The leg that feeds the outputs.
    public private(set) var active: Int?
    /// The leg that did so last, with the time of its last media.
    private var previous: (token: Int, lastMedia: MonotonicTime)?

    public init(settings: Settings) {
        self.lossAfter = Self.nanoseconds(settings.lossAfter)
        self.recoverAfter = Self.nanoseconds(settings.recoverAfter)
        self.switchBack = settings.switchBack
    }

    public mutating func update(_ settings: Settings) {
        self.lossAfter = Self.nanoseconds(settings.lossAfter)
        self.recoverAfter = Self.nanoseconds(settings.recoverAfter)
        self.switchBack = settings.switchBack
    }

    /// Takes over the order of priority: new tokens join, missing ones leave, the others keep their state.
    public mutating func setLegs(_ tokens: [Int]) {
        legs = tokens.map { token in legs.first { $0.token == token } ?? Leg(token: token) }
        if let active, !tokens.contains(active) { self.active = nil }
    }

    public mutating func mediaArrived(on token: Int, at now: MonotonicTime) -> Outcome {
        guard let index = legs.firstIndex(where: { $0.token == token }) else { return .unchanged }
        if let last = legs[index].lastMedia, now.nanoseconds(since: last) < lossAfter {
            legs[index].lastMedia = now
        } else {
            legs[index].lastMedia = now
            legs[index].healthySince = now
        }
        guard let active else { return activate(token, at: now) }
        guard active != token else { return .unchanged }
        guard let activeIndex = legs.firstIndex(where: { $0.token == active }), isLive(legs[activeIndex], at: now)
        else {
            return activate(bestLive(at: now) ?? token, at: now)
        }
        guard switchBack, index < activeIndex, let healthySince = legs[index].healthySince,
            now.nanoseconds(since: healthySince) >= recoverAfter
        else { return .unchanged }
        return activate(token, at: now)
    }

    /// The leg's peer closed or was cut.
    public mutating func legClosed(_ token: Int, at now: MonotonicTime) -> Outcome {
        guard let index = legs.firstIndex(where: { $0.token == token }) else { return .unchanged }
        if active == token, let last = legs[index].lastMedia { previous = (token, last) }
        legs[index].lastMedia = nil
        legs[index].healthySince = nil
        guard active == token else { return .unchanged }
        active = nil
        guard let next = bestLive(at: now) else { return .lost(token) }
        return activate(next, at: now)
    }

    /// Time passed; notices silence when no other leg's packet does.
    public mutating func tick(at now: MonotonicTime) -> Outcome {
        guard let active, let index = legs.firstIndex(where: { $0.token == active }), !isLive(legs[index], at: now)
        else {
            return .unchanged
        }
        if let next = bestLive(at: now) { return activate(next, at: now) }
        if let last = legs[index].lastMedia { previous = (active, last) }
        self.active = nil
        return .lost(active)
    }

    private mutating func activate(_ token: Int, at now: MonotonicTime) -> Outcome {
        if let active, let leg = legs.first(where: { $0.token == active }), let last = leg.lastMedia {
            previous = (active, last)
        }
        let gap = previous.map { max(0, now.nanoseconds(since: $0.lastMedia)) } ?? 0
        let from = previous?.token
        active = token
        return .switched(from: from, to: token, gapNanoseconds: gap)
    }

    private func bestLive(at now: MonotonicTime) -> Int? {
        legs.first { isLive($0, at: now) }?.token
    }

    private func isLive(_ leg: Leg, at now: MonotonicTime) -> Bool {
        guard let last = leg.lastMedia else { return false }
        return now.nanoseconds(since: last) < lossAfter
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        MonotonicTime.zero.advanced(by: duration).nanoseconds
    }
}
