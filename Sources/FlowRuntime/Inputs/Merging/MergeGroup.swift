import FlowHub
import FlowModel
import Media
import Synchronization

/// Puts the two legs of a flow together, packet by packet, while the flow's failover mode is `merge`.
///
/// The legs go on to count what they receive for themselves. What they bring together goes to the hub as a leg of its
/// own, which lives as long as one of them has a sender.
final class MergeGroup: Sendable {
    /// What a leg contributed.
    struct LegFigures: Sendable {
        var counters: MergeLegCounters
        /// Whether it brings the same stream as the other.
        var isMatched: Bool
        /// How far the leg is behind the other, or ahead when below zero.
        var skewNanoseconds: Int64?
    }

    /// The name of the leg that the hub sees.
    static let legName = "merged"

    private let hub: FlowHub
    private let onLoss: @Sendable (MergeLoss, LegID) -> Void
    /// Nil while each leg is left for itself. A leg holds the lock while it brings packets: whether they go out by itself
    /// or merged does not change before all of them have.
    private let state = Mutex<LegMerge?>(nil)

    /// - Parameter onLoss: told of packets that came on neither leg.
    init(hub: FlowHub, onLoss: @escaping @Sendable (MergeLoss, LegID) -> Void) {
        self.hub = hub
        self.onLoss = onLoss
    }

    /// Merges these two legs from now on; none to leave each for itself. The stream goes on all the same.
    func arrange(_ legs: [LegID], by form: MergedLegs.Form = .sequence, skewWindow: Duration) {
        state.withLock { state in
            if state?.legs == legs, state?.form == form {
                state?.setSkewWindow(skewWindow)
                return
            }
            if var former = state.take() {
                let heir = former.end(at: .now())
                hub.handOver(former.sink, to: heir)
                hub.setMerged([])
                hub.removeLeg(former.sink)
            }
            guard legs.count == 2 else { return }
            let sink = hub.addLeg(LegID(input: legs[0].input, leg: Self.legName))
            hub.setMerged(Set(legs), into: sink)
            state = LegMerge(legs, by: form, into: sink, skewWindow: skewWindow)
        }
    }

    func stop() {
        arrange([], skewWindow: .zero)
    }

    /// A leg brings what it has received. Calls to others wait meanwhile; the legs' own locks are taken before.
    func hold<Result>(for id: LegID, _ body: (inout LegMerge?) -> Result) -> Result {
        state.withLock { state in
            state?.begin(id)
            return body(&state)
        }
    }

    /// A leg is gone, or has no sender any more.
    func peerDisconnected(_ reason: String, of id: LegID, at now: MonotonicTime) {
        hold(for: id) { $0?.peerDisconnected(reason, at: now) }
    }

    /// Gives up what was waited for long enough, and tells what came on neither leg.
    func tick(at now: MonotonicTime) {
        let loss = state.withLock { state -> (MergeLoss, LegID)? in
            state?.tick(at: now)
            return state?.lossToTell(at: now)
        }
        if let (loss, leg) = loss { onLoss(loss, leg) }
    }

    /// Nil for a leg that is not merged.
    func figures(of id: LegID, at now: MonotonicTime) -> LegFigures? {
        state.withLock { $0?.figures(of: id, at: now) }
    }
}

extension LegStatus {
    /// - Parameter figures: nil for a leg that is not merged.
    mutating func take(_ figures: MergeGroup.LegFigures?, _ hub: HubSnapshot) {
        guard let figures else { return }
        active = hub.activeLeg?.leg == MergeGroup.legName
        merge = MergeStatus(
            packetsUsed: figures.counters.used,
            packetsMissing: figures.counters.missing,
            packetsLate: figures.counters.late,
            skewMilliseconds: figures.skewNanoseconds.map { Double($0) / 1e6 }
        )
        if state == .connected, !figures.isMatched, figures.counters.received > 0 {
            lastError = "it does not bring the same packets as the other leg, and is not merged"
        }
    }
}
