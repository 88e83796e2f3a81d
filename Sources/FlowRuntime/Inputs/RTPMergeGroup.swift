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

    fileprivate struct Merge: Sendable {
        let legs: [LegID]
        let skewWindow: Duration
        let hubLeg: HubLeg
        var merger: RTPMerger
        var senders: Set<RTPMerger.Leg> = []
        var toldLost: UInt64 = 0
        var lastTold: MonotonicTime?
    }

    /// Losses are told at most so often.
    fileprivate static let lossEventInterval = Duration.seconds(1)
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

    /// Merges these two legs from now on; none to leave each for itself.
    func arrange(_ legs: [LegID], skewWindow: Duration) {
        let (isSame, former) = state.withLock { state -> (Bool, HubLeg?) in
            if let merge = state, merge.legs == legs, merge.skewWindow == skewWindow { return (true, nil) }
            defer { state = nil }
            return (false, state?.hubLeg)
        }
        guard !isSame else { return }
        if let former { hub.removeLeg(former) }
        hub.setMerged(Set(legs))
        guard legs.count == 2 else { return }
        let hubLeg = hub.addLeg(LegID(input: legs[0].input, leg: Self.legName))
        state.withLock {
            $0 = Merge(
                legs: legs,
                skewWindow: skewWindow,
                hubLeg: hubLeg,
                merger: RTPMerger(configuration: .init(skewWindow: skewWindow))
            )
        }
    }

    func stop() {
        arrange([], skewWindow: .zero)
    }

    // MARK: From the legs

    func receive(_ datagram: UnsafeRawBufferPointer, of id: LegID, at now: MonotonicTime) {
        state.withLock { state in
            guard let leg = state?.leg(id), let sink = state?.hubLeg else { return }
            state?.merger.receive(datagram, on: leg, at: now) { Self.pass($0, to: sink, at: now) }
        }
    }

    /// Gives up what was waited for long enough.
    func tick(at now: MonotonicTime) {
        let loss = state.withLock { state -> (UInt64, LegID)? in
            guard let sink = state?.hubLeg else { return nil }
            state?.merger.tick(at: now) { Self.pass($0, to: sink, at: now) }
            return state?.lossToTell(at: now)
        }
        if let (count, leg) = loss { onLoss(count, leg) }
    }

    /// When `tick` has something to do.
    var deadline: MonotonicTime? { state.withLock { $0?.merger.deadline } }

    func peerConnected(_ remote: String, of id: LegID) {
        state.withLock { state in
            guard let leg = state?.leg(id), let sink = state?.hubLeg else { return }
            if state?.senders.isEmpty == true { sink.peerConnected(remote) }
            state?.senders.insert(leg)
        }
    }

    func peerDisconnected(_ reason: String, of id: LegID, at now: MonotonicTime) {
        state.withLock { state in
            guard let leg = state?.leg(id), let sink = state?.hubLeg, state?.senders.remove(leg) != nil else { return }
            state?.merger.reset(leg)
            guard state?.senders.isEmpty == true else { return }
            state?.merger.flush { Self.pass($0, to: sink, at: now) }
            state?.merger.reset()
            sink.peerDisconnected(reason)
        }
    }

    private static func pass(_ payload: UnsafeRawBufferPointer, to sink: HubLeg, at now: MonotonicTime) {
        withUnsafePointer(to: payload) {
            sink.consume(PacketBatch(payloads: UnsafeBufferPointer(start: $0, count: 1), arrival: now))
        }
    }

    /// Nil for a leg that is not merged.
    func figures(of id: LegID, at now: MonotonicTime) -> LegFigures? {
        state.withLock { state in
            guard let merge = state, let leg = merge.leg(id) else { return nil }
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
