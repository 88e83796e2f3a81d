import FlowHub
import FlowModel
import Media
import NetworkAddress
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
        let hubLeg: HubLeg
        var skewWindow: Duration
        var merger: RTPMerger
        /// A bit for each leg that has a sender.
        var senders: UInt8 = 0
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
    /// Each packet asks first.
    private let isMerging = Atomic(false)

    /// - Parameter onLoss: called with the number of packets that came on neither leg.
    init(hub: FlowHub, onLoss: @escaping @Sendable (UInt64, LegID) -> Void) {
        self.hub = hub
        self.onLoss = onLoss
    }

    /// Merges these two legs from now on; none to leave each for itself. The stream goes on all the same.
    func arrange(_ legs: [LegID], skewWindow: Duration) {
        let isSame = state.withLock { state in
            guard state?.legs == legs else { return state == nil && legs.isEmpty }
            if let merge = state, merge.skewWindow != skewWindow {
                state?.merger.flush { Self.pass($0, to: merge.hubLeg, at: .now()) }
                state?.merger = RTPMerger(configuration: .init(skewWindow: skewWindow))
                state?.skewWindow = skewWindow
            }
            return true
        }
        guard !isSame else { return }
        isMerging.store(false, ordering: .releasing)
        let former = state.withLock { state -> Merge? in
            defer { state = nil }
            return state
        }
        if let former {
            hub.handOver(former.hubLeg, to: former.legs[0])
            hub.setMerged([])
            hub.removeLeg(former.hubLeg)
        }
        guard legs.count == 2 else { return }
        let hubLeg = hub.addLeg(LegID(input: legs[0].input, leg: Self.legName))
        hub.setMerged(Set(legs), into: hubLeg)
        state.withLock {
            $0 = Merge(
                legs: legs,
                hubLeg: hubLeg,
                skewWindow: skewWindow,
                merger: RTPMerger(configuration: .init(skewWindow: skewWindow))
            )
        }
        isMerging.store(true, ordering: .releasing)
    }

    func stop() {
        arrange([], skewWindow: .zero)
    }

    // MARK: From the legs

    /// Takes a datagram of one of the legs; others are left alone.
    func receive(_ datagram: UnsafeRawBufferPointer, of id: LegID, from source: IPEndpoint?, at now: MonotonicTime) {
        guard isMerging.load(ordering: .acquiring) else { return }
        state.withLock { state in
            guard let leg = state?.leg(id), let sink = state?.hubLeg, let senders = state?.senders else { return }
            if senders & leg.senderBit == 0 {
                if senders == 0 { sink.peerConnected(source?.description ?? "") }
                state?.senders = senders | leg.senderBit
            }
            state?.merger.receive(datagram, on: leg, at: now) { Self.pass($0, to: sink, at: now) }
            // What waits for a missing packet is no silence.
            if state?.merger.deadline != nil { sink.mediaHeld(at: now) }
        }
    }

    /// Whether the leg's packets reach the flow merged with another's.
    func merges(_ id: LegID) -> Bool {
        isMerging.load(ordering: .acquiring) && state.withLock { $0?.leg(id) != nil }
    }

    /// Gives up what was waited for long enough.
    func tick(at now: MonotonicTime) {
        guard isMerging.load(ordering: .acquiring) else { return }
        let loss = state.withLock { state -> (UInt64, LegID)? in
            guard let sink = state?.hubLeg else { return nil }
            state?.merger.tick(at: now) { Self.pass($0, to: sink, at: now) }
            return state?.lossToTell(at: now)
        }
        if let (count, leg) = loss { onLoss(count, leg) }
    }

    /// When `tick` has something to do.
    var deadline: MonotonicTime? {
        isMerging.load(ordering: .acquiring) ? state.withLock { $0?.merger.deadline } : nil
    }

    /// A leg has no sender any more.
    func peerDisconnected(_ reason: String, of id: LegID, at now: MonotonicTime) {
        state.withLock { state in
            guard let leg = state?.leg(id), let sink = state?.hubLeg, let senders = state?.senders,
                senders & leg.senderBit != 0
            else { return }
            state?.senders = senders & ~leg.senderBit
            state?.merger.reset(leg)
            guard state?.senders == 0 else { return }
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

extension RTPMerger.Leg {
    fileprivate var senderBit: UInt8 { self == .first ? 1 : 2 }
}
