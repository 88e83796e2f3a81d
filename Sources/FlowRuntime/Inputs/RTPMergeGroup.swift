import FlowHub
import FlowModel
import Media
import RTP
import Synchronization

/// Puts the two RTP legs of a flow together, packet by packet, while the flow's failover mode is `merge`.
///
/// The legs go on to count what they receive for themselves. What they bring together goes to the hub as a leg of its
/// own, which lives as long as one of them has a sender.
final class RTPMergeGroup: Sendable {
    /// What a leg contributed.
    struct LegFigures: Sendable {
        var counters: RTPMergerLegCounters
        /// How far the leg is behind the other, or ahead when below zero.
        var skewNanoseconds: Int64?
    }

    private struct Merge: ~Copyable {
        let legs: [LegID]
        let hubLeg: HubLeg
        var merger: RTPMerger
        var senders: [RTPMerger.Leg: String] = [:]
        var batch = PayloadBatch()
        var toldLost: UInt64 = 0
        var lastTold: MonotonicTime?
    }

    /// Losses are told at most so often.
    private static let lossEventInterval = Duration.seconds(1)
    /// The name of the leg that the hub sees.
    static let legName = "merged"

    private let hub: FlowHub
    private let onLoss: @Sendable (UInt64, LegID) -> Void
    private let state = Mutex<Merge?>(nil)

    /// - Parameter onLoss: called with the number of packets that came on neither leg.
    init(hub: FlowHub, onLoss: @escaping @Sendable (UInt64, LegID) -> Void) {
        self.hub = hub
        self.onLoss = onLoss
    }

    /// Merges these legs from now on; none, or fewer than two, to leave each for itself.
    func arrange(_ legs: [LegID], skewWindow: Duration) {
        let former = state.withLock { state -> HubLeg? in
            guard let merge = state.take() else { return nil }
            if merge.legs == legs, merge.merger.configuration.skewWindow == skewWindow {
                state = consume merge
                return nil
            }
            return merge.hubLeg
        }
        if let former { hub.removeLeg(former) }
        let isKept = state.withLock { $0 != nil }
        guard !isKept else { return }
        hub.setMerged(Set(legs.count == 2 ? legs : []))
        guard legs.count == 2 else { return }
        let hubLeg = hub.addLeg(LegID(input: legs[0].input, leg: Self.legName))
        state.withLock {
            $0 = Merge(legs: legs, hubLeg: hubLeg, merger: RTPMerger(configuration: .init(skewWindow: skewWindow)))
        }
    }

    func stop() {
        arrange([], skewWindow: .zero)
    }

    // MARK: From the legs

    /// - Returns: Whether the leg is one of those that are merged.
    @discardableResult
    func receive(_ datagram: UnsafeRawBufferPointer, of id: LegID, at now: MonotonicTime) -> Bool {
        state.withLock { state in
            guard var merge = state.take() else { return false }
            defer { state = consume merge }
            guard let leg = merge.leg(id) else { return false }
            let sink = merge.hubLeg
            merge.merger.receive(datagram, on: leg, at: now) { merge.batch.appendHeld($0, to: sink, at: now) }
            return true
        }
    }

    /// Gives up what was waited for long enough.
    ///
    /// - Returns: When to call again.
    func tick(at now: MonotonicTime) -> MonotonicTime? {
        let (deadline, loss) = state.withLock { state -> (MonotonicTime?, (UInt64, LegID)?) in
            guard var merge = state.take() else { return (nil, nil) }
            defer { state = consume merge }
            let sink = merge.hubLeg
            merge.merger.tick(at: now) { merge.batch.appendHeld($0, to: sink, at: now) }
            return (merge.merger.deadline, merge.lossToTell(at: now))
        }
        if let (count, leg) = loss { onLoss(count, leg) }
        return deadline
    }

    func peerConnected(_ remote: String, of id: LegID) {
        state.withLock { state in
            guard var merge = state.take() else { return }
            defer { state = consume merge }
            guard let leg = merge.leg(id) else { return }
            if merge.senders.isEmpty { merge.hubLeg.peerConnected(remote) }
            merge.senders[leg] = remote
        }
    }

    func peerDisconnected(_ reason: String, of id: LegID) {
        state.withLock { state in
            guard var merge = state.take() else { return }
            defer { state = consume merge }
            guard let leg = merge.leg(id), merge.senders.removeValue(forKey: leg) != nil else { return }
            merge.merger.reset(leg)
            guard merge.senders.isEmpty else { return }
            let sink = merge.hubLeg
            let now = MonotonicTime.now()
            merge.merger.flush { merge.batch.appendHeld($0, to: sink, at: now) }
            merge.merger.reset()
            merge.hubLeg.peerDisconnected(reason)
        }
    }

    /// Nil for a leg that is not merged.
    func figures(of id: LegID, at now: MonotonicTime) -> LegFigures? {
        state.withLock { state in
            guard let merge = state.take() else { return nil }
            defer { state = consume merge }
            guard let leg = merge.leg(id) else { return nil }
            let skew = merge.merger.skew(at: now)?.nanoseconds
            return LegFigures(
                counters: merge.merger.counters(of: leg),
                skewNanoseconds: skew.map { leg == .second ? $0 : -$0 }
            )
        }
    }
}

extension RTPMergeGroup.Merge {
    fileprivate func leg(_ id: LegID) -> RTPMerger.Leg? {
        legs.firstIndex(of: id).flatMap(RTPMerger.Leg.init(rawValue:))
    }

    fileprivate mutating func lossToTell(at now: MonotonicTime) -> (UInt64, LegID)? {
        let lost = merger.counters.lost
        guard lost > toldLost, lastTold.map({ now >= $0.advanced(by: RTPMergeGroup.lossEventInterval) }) ?? true else {
            return nil
        }
        defer {
            toldLost = lost
            lastTold = now
        }
        return (lost - toldLost, LegID(input: legs[0].input, leg: RTPMergeGroup.legName))
    }
}
