import FlowHub
import FlowModel
import Media
import NetworkAddress

/// Two legs that are put together, and the leg that they make.
struct LegMerge: ~Copyable {
    /// Losses are told at most so often.
    private static let lossEventInterval = Duration.seconds(1)

    let legs: [LegID]
    let sink: HubLeg
    private var merger: StreamMerger
    private var batch = PayloadBatch()
    /// The leg that brings packets now; nil when it is none of the two.
    private var current: MergeLeg?
    /// A bit for each leg that has a sender.
    private var senders: UInt8 = 0
    private var toldLost: UInt64 = 0
    private var lastTold: MonotonicTime?

    init(_ legs: [LegID], by form: MergedLegs.Form, into sink: HubLeg, skewWindow: Duration) {
        self.legs = legs
        self.sink = sink
        merger = StreamMerger(form, skewWindow: skewWindow)
    }

    mutating func setSkewWindow(_ window: Duration) {
        guard window != merger.skewWindow else { return }
        flush(at: .now())
        merger = StreamMerger(merger.form, skewWindow: window)
        toldLost = 0
    }

    var form: MergedLegs.Form { merger.form }

    // MARK: From a leg

    /// What is brought from now on is this leg's.
    mutating func begin(_ id: LegID) { current = place(of: id) }

    /// Whether what the leg brings goes out merged.
    var isMerging: Bool { current != nil }

    /// Takes an RTP packet. What goes out of it does so at the latest with `deliver`.
    ///
    /// - Parameter lasts: whether the memory stays as it is until then.
    mutating func receive(
        _ packet: UnsafeRawBufferPointer,
        lasts: Bool,
        from source: IPEndpoint?,
        at now: MonotonicTime
    ) {
        guard let current else { return }
        peerConnected(current, source?.description ?? "")
        merger.receive(packet: packet, on: current, at: now) { payload in
            batch.append(payload, of: lasts ? packet : nil, to: sink, at: now)
        }
    }

    /// Takes payloads of a transport stream, whose memory stays as it is until `deliver`.
    mutating func receive(_ payloads: PacketBatch, from source: String) {
        guard let current else { return }
        peerConnected(current, source)
        for (index, payload) in payloads.payloads.enumerated() {
            merger.receive(payload: index, of: payloads, on: current) { packets in
                batch.append(packets, of: payload, to: sink, at: payloads.arrival)
            }
        }
    }

    private mutating func peerConnected(_ leg: MergeLeg, _ source: @autoclosure () -> String) {
        guard senders & leg.bit == 0 else { return }
        if senders == 0 { sink.peerConnected(source()) }
        senders |= leg.bit
    }

    /// Sends what was taken on its way.
    mutating func deliver(at now: MonotonicTime) {
        batch.flush(to: sink, at: now)
        // What waits for a missing packet is no silence.
        if merger.deadline != nil { sink.mediaHeld(at: now) }
    }

    /// The leg that brings packets has no sender any more.
    mutating func peerDisconnected(_ reason: String, at now: MonotonicTime) {
        guard let current, senders & current.bit != 0 else { return }
        senders &= ~current.bit
        merger.reset(current, at: now) { batch.append($0, of: nil, to: sink, at: now) }
        guard senders == 0 else { return }
        flush(at: now)
        merger.reset()
        sink.peerDisconnected(reason)
    }

    // MARK: In time

    /// When `tick` has something to do.
    var deadline: MonotonicTime? { merger.deadline }

    /// Gives up what was waited for long enough.
    mutating func tick(at now: MonotonicTime) {
        guard let deadline, now >= deadline else { return }
        merger.tick(at: now) { batch.append($0, of: nil, to: sink, at: now) }
    }

    /// What came on neither leg since it was told last, if that is to be told now.
    mutating func lossToTell(at now: MonotonicTime) -> (MergeLoss, LegID)? {
        let lost = merger.lost
        guard lost > toldLost, lastTold.map({ now >= $0.advanced(by: Self.lossEventInterval) }) ?? true else {
            return nil
        }
        defer {
            toldLost = lost
            lastTold = now
        }
        return (merger.loss(of: lost - toldLost), LegID(input: legs[0].input, leg: MergeGroup.legName))
    }

    func figures(of id: LegID, at now: MonotonicTime) -> MergeGroup.LegFigures? {
        guard let leg = place(of: id) else { return nil }
        let skew = merger.skew(at: now)?.nanoseconds
        return MergeGroup.LegFigures(
            counters: merger.counters(of: leg),
            isMatched: merger.isMatched(leg),
            skewNanoseconds: skew.map { leg == .second ? $0 : -$0 }
        )
    }

    /// The merge is over.
    ///
    /// - Returns: The leg that goes on: the one that is ahead, or the first one when that is not known.
    mutating func end(at now: MonotonicTime) -> LegID {
        let isFirst = (merger.skew(at: now)?.nanoseconds ?? 0) >= 0
        // What waits of RTP waits in the leg itself as well, which goes on with it.
        if form == .content { flush(at: now) }
        return legs[isFirst ? 0 : 1]
    }

    private mutating func flush(at now: MonotonicTime) {
        merger.flush(at: now) { batch.append($0, of: nil, to: sink, at: now) }
    }

    private func place(of id: LegID) -> MergeLeg? {
        legs.firstIndex(of: id).flatMap(MergeLeg.init(rawValue:))
    }
}
