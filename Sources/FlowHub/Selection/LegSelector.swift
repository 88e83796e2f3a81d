public import Media

/// Decides which leg of a flow feeds the outputs.
///
/// The leg that arrives first is active. It is lost when its peer closes, after `lossAfter` without media, or when its
/// quality is too poor; then the best live leg takes over: one that was chosen by hand, else the one highest in the list,
/// then one that only fills in, then one of poor quality. With `switchBack` the preferred leg returns after it has been
/// healthy for `recoverAfter`. A leg that was lost again soon after it took over waits twice as long the next time.
///
/// A pure value: time is an argument, and legs are known by tokens that their owner hands out.
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

    /// What the owner knows of a leg beforehand.
    public struct Candidate: Hashable, Sendable {
        public var token: Int
        /// Fills in when no other leg is live, and gives way as soon as one is.
        public var isFiller: Bool
        /// The operator chose it: it goes before all others as long as it is live.
        public var isChosen: Bool

        public init(_ token: Int, isFiller: Bool = false, isChosen: Bool = false) {
            self.token = token
            self.isFiller = isFiller
            self.isChosen = isChosen
        }
    }

    /// Why another leg feeds the outputs.
    public enum Reason: String, Hashable, Sendable {
        /// There was none before.
        case first
        /// The former one's peer went.
        case closed
        /// The former one brought no media for `lossAfter`.
        case silent
        /// The former one's quality is too poor.
        case impaired
        /// This one is before the former one in the list, and healthy again.
        case preferred
        /// The operator chose this one.
        case chosen
        /// The former one only filled in.
        case filledIn
    }

    /// What an event did to the choice.
    public enum Outcome: Hashable, Sendable {
        case unchanged
        /// `to` feeds the outputs now. `gapNanoseconds` is the silence since `from` last delivered.
        case switched(from: Int?, to: Int, gapNanoseconds: Int64, Reason)
        /// The active leg is lost and no other is live.
        case lost(Int, Reason)
    }

    /// A leg that is lost within this time after it took over has relapsed.
    static let relapseTime = Duration.seconds(60)
    /// Each relapse doubles what a leg has to wait, up to this many times: 32-fold.
    static let maximumRelapses = 5
    /// How long a leg that has relapsed once must be healthy before it takes over from one that fills in.
    static let relapsedRecovery = Duration.seconds(1)

    private struct Leg {
        var candidate: Candidate
        var lastMedia: MonotonicTime?
        /// Since when media has come without a silence of `lossAfter`.
        var healthySince: MonotonicTime?
        /// Could begin at once, with a picture that needs none before it.
        var isReady = false
        var isImpaired = false
        var relapses = 0
    }

    /// The classes of live legs, best first.
    private enum Rank: Int, Comparable {
        case chosen, chosenImpaired, healthy, filler, impaired

        /// The operator chose a leg, not one of its two.
        var isChosen: Bool { self <= .chosenImpaired }

        static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
    }

    /// In order of priority.
    private var legs: [Leg] = []
    // Nanoseconds: each packet asks.
    private var lossAfter: Int64
    private var recoverAfter: Int64
    private var switchBack: Bool
    /// The leg that feeds the outputs.
    public private(set) var active: Int?
    private var activeSince = MonotonicTime.zero
    /// The leg that did so last, with the time of its last media, and why it does no longer.
    private var previous: (token: Int, lastMedia: MonotonicTime, loss: Reason?)?

    public init(settings: Settings) {
        lossAfter = Self.nanoseconds(settings.lossAfter)
        recoverAfter = Self.nanoseconds(settings.recoverAfter)
        switchBack = settings.switchBack
    }

    public mutating func update(_ settings: Settings) {
        lossAfter = Self.nanoseconds(settings.lossAfter)
        recoverAfter = Self.nanoseconds(settings.recoverAfter)
        switchBack = settings.switchBack
    }

    /// Takes over the order of priority: new legs join, missing ones leave, the others keep their state.
    public mutating func setLegs(_ candidates: [Candidate]) {
        legs = candidates.map { candidate in
            var leg = legs.first { $0.candidate.token == candidate.token } ?? Leg(candidate: candidate)
            leg.candidate = candidate
            return leg
        }
        if let active, index(of: active) == nil { self.active = nil }
    }

    // MARK: Events

    /// - Parameter isReady: whether the leg could take over with a picture that needs none before it. One that is lost is
    ///   followed by a leg that is not ready too; one that is not lost stays until the other is.
    public mutating func mediaArrived(on token: Int, at now: MonotonicTime, isReady: Bool = true) -> Outcome {
        guard let index = index(of: token) else { return .unchanged }
        if !isLive(legs[index], at: now) { legs[index].healthySince = now }
        legs[index].lastMedia = now
        legs[index].isReady = isReady
        // A leg on its own has nobody to be compared with.
        if legs.count == 1, active == token { return .unchanged }
        return decide(at: now)
    }

    /// The leg's peer closed or was cut.
    public mutating func legClosed(_ token: Int, at now: MonotonicTime) -> Outcome {
        guard let index = index(of: token) else { return .unchanged }
        let isActive = active == token
        if isActive { activeLost(index, .closed, at: now) }
        legs[index].lastMedia = nil
        legs[index].healthySince = nil
        legs[index].isReady = false
        legs[index].isImpaired = false
        guard isActive else { return .unchanged }
        let outcome = decide(at: now)
        return outcome == .unchanged ? .lost(token, .closed) : outcome
    }

    /// What a leg brought is brought by another one from now on, which takes its place in every way.
    public mutating func hand(_ token: Int, to other: Int) {
        guard let from = index(of: token), let to = index(of: other) else { return }
        legs[to].lastMedia = [legs[from].lastMedia, legs[to].lastMedia].compactMap(\.self).max()
        legs[to].healthySince = [legs[from].healthySince, legs[to].healthySince].compactMap(\.self).min()
        legs[to].isReady = legs[to].isReady || legs[from].isReady
        legs[from] = Leg(candidate: legs[from].candidate)
        if active == token { active = other }
    }

    /// The leg brings media, but its quality fell below what was asked for, or is good again.
    public mutating func qualityChanged(on token: Int, isImpaired: Bool, at now: MonotonicTime) -> Outcome {
        guard let index = index(of: token), legs[index].isImpaired != isImpaired else { return .unchanged }
        legs[index].isImpaired = isImpaired
        legs[index].healthySince = now
        return decide(at: now)
    }

    /// Time passed; notices silence when no other leg's packet does.
    public mutating func tick(at now: MonotonicTime) -> Outcome {
        decide(at: now)
    }

    // MARK: Decisions

    private mutating func decide(at now: MonotonicTime) -> Outcome {
        guard let active, let activeIndex = index(of: active) else {
            guard let best = best(at: now) else { return .unchanged }
            return activate(best, previous?.loss ?? .first, at: now)
        }
        guard isLive(legs[activeIndex], at: now) else {
            activeLost(activeIndex, .silent, at: now)
            guard let best = best(at: now) else { return .lost(active, .silent) }
            return activate(best, .silent, at: now)
        }
        guard let (index, reason) = preferred(over: activeIndex, at: now) else { return .unchanged }
        if reason == .impaired { activeLost(activeIndex, .impaired, at: now) }
        return activate(index, reason, at: now)
    }

    /// The best of the legs that should take over from the active one, which is live.
    private func preferred(over activeIndex: Int, at now: MonotonicTime) -> (Int, Reason)? {
        var found: (index: Int, reason: Reason)?
        for index in legs.indices where index != activeIndex && legs[index].isReady && isLive(legs[index], at: now) {
            guard let reason = reason(toPrefer: index, over: activeIndex, at: now) else { continue }
            if let found, rank(legs[found.index]) <= rank(legs[index]) { continue }
            found = (index, reason)
        }
        return found
    }

    /// Why a live leg should take over from the active one, which is live as well.
    private func reason(toPrefer index: Int, over activeIndex: Int, at now: MonotonicTime) -> Reason? {
        let leg = legs[index]
        let rank = rank(leg)
        let activeRank = self.rank(legs[activeIndex])
        guard rank <= activeRank else { return nil }
        let health = leg.healthySince.map { now.nanoseconds(since: $0) } ?? 0
        if rank == activeRank {
            guard switchBack, rank == .healthy || rank == .chosen, index < activeIndex,
                health >= recoverAfter << Int64(leg.relapses)
            else {
                return nil
            }
            return .preferred
        }
        if activeRank == .chosenImpaired { return .impaired }
        if rank.isChosen { return .chosen }
        guard leg.relapses == 0 || health >= Self.nanoseconds(Self.relapsedRecovery) << Int64(leg.relapses) else {
            return nil
        }
        return activeRank == .filler ? .filledIn : .impaired
    }

    private mutating func activeLost(_ index: Int, _ reason: Reason, at now: MonotonicTime) {
        let hasRelapsed = now < activeSince.advanced(by: Self.relapseTime)
        legs[index].relapses = hasRelapsed ? min(legs[index].relapses + 1, Self.maximumRelapses) : 0
        previous = (legs[index].candidate.token, legs[index].lastMedia ?? now, reason)
        active = nil
    }

    private mutating func activate(_ index: Int, _ reason: Reason, at now: MonotonicTime) -> Outcome {
        if let active, let former = self.index(of: active), let last = legs[former].lastMedia {
            previous = (active, last, nil)
        }
        let gap = previous.map { max(0, now.nanoseconds(since: $0.lastMedia)) } ?? 0
        active = legs[index].candidate.token
        activeSince = now
        return .switched(from: previous?.token, to: legs[index].candidate.token, gapNanoseconds: gap, reason)
    }

    /// Whether another leg than these is live and well, one that only fills in not counted.
    func hasHealthyLeg(otherThan tokens: Set<Int>, at now: MonotonicTime) -> Bool {
        legs.contains {
            !tokens.contains($0.candidate.token) && !$0.candidate.isFiller && !$0.isImpaired && isLive($0, at: now)
        }
    }

    /// The live leg of the best rank, and among those the one highest in the list.
    private func best(at now: MonotonicTime) -> Int? {
        var best: Int?
        for index in legs.indices where isLive(legs[index], at: now) {
            if let best, rank(legs[best]) <= rank(legs[index]) { continue }
            best = index
        }
        return best
    }

    private func rank(_ leg: Leg) -> Rank {
        if leg.candidate.isChosen { return leg.isImpaired ? .chosenImpaired : .chosen }
        if leg.candidate.isFiller { return .filler }
        return leg.isImpaired ? .impaired : .healthy
    }

    private func isLive(_ leg: Leg, at now: MonotonicTime) -> Bool {
        leg.lastMedia.map { now.nanoseconds(since: $0) < lossAfter } ?? false
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        MonotonicTime.zero.advanced(by: duration).nanoseconds
    }

    private func index(of token: Int) -> Int? {
        legs.firstIndex { $0.candidate.token == token }
    }
}
