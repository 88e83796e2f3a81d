import MPEGTS
public import Media
import Synchronization

/// One flow's heart: takes what the legs receive, picks the active one, counts, caps, and hands on to every sink.
///
/// Batches and samples come on the inputs' threads. One lock a flow, taken once for each, makes the calls to the sinks
/// follow each other; it is contended only while two legs of one flow receive at the same moment.
///
/// A stream goes on in the form in which it came: packets or samples. A sink that takes the other form gets it from a
/// converter, which runs once for all such sinks, and only while there are any.
public final class FlowHub: Sendable {
    public struct Settings: Hashable, Sendable {
        /// In bit/s.
        public var maxBandwidth: Int64
        public var selection: LegSelector.Settings
        public var quality: QualityRules
        /// An input, or a leg as `input/leg`, that goes before all others as long as it is live.
        public var chosen: String?

        public init(
            maxBandwidth: Int64,
            selection: LegSelector.Settings = LegSelector.Settings(),
            quality: QualityRules = QualityRules(),
            chosen: String? = nil
        ) {
            self.maxBandwidth = maxBandwidth
            self.selection = selection
            self.quality = quality
            self.chosen = chosen
        }
    }

    /// How long the flow must stay under its cap before the next spell is told.
    static let overBandwidthSpellNanoseconds: Int64 = 5_000_000_000
    /// How long a spell may last before the peer of a leg that delivers samples is closed.
    static let overBandwidthGraceNanoseconds: Int64 = 3_000_000_000

    let state: Mutex<State>
    let onEvent: @Sendable (HubEvent) -> Void
    let clock: @Sendable () -> MonotonicTime

    /// - Parameters:
    ///   - clock: the monotonic clock, asked for connects and disconnects only; batches carry their own time.
    ///   - onEvent: called on the thread that caused the event, without the flow's lock.
    public init(
        settings: Settings,
        clock: @escaping @Sendable () -> MonotonicTime,
        onEvent: @escaping @Sendable (HubEvent) -> Void
    ) {
        self.state = Mutex(
            State(
                limiter: BandwidthLimiter(bitsPerSecond: settings.maxBandwidth),
                selector: LegSelector(settings: settings.selection),
                settings: settings
            )
        )
        self.clock = clock
        self.onEvent = onEvent
    }

    public func update(_ settings: Settings) {
        state.withLock {
            $0.settings = settings
            $0.selector.update(settings.selection)
            $0.limiter.update(bitsPerSecond: settings.maxBandwidth)
            $0.describeLegs()
        }
    }

    // MARK: Legs

    /// Adds a leg with the lowest priority; what it receives goes through the returned sink.
    ///
    /// - Parameter onOverBandwidth: called, on the thread that delivers, when samples of the leg exceeded the flow's cap
    ///   for longer than `overBandwidthGraceNanoseconds`: the leg's peer is to be closed.
    public func addLeg(_ id: LegID, onOverBandwidth: (@Sendable () -> Void)? = nil) -> HubLeg {
        let token = state.withLock { state in
            let token = state.nextToken
            state.nextToken += 1
            var leg = Leg(token: token, id: id)
            leg.isMerged = state.mergedLegs.contains(id)
            leg.onOverBandwidth = onOverBandwidth
            state.legs.append(leg)
            state.arrangeLegs()
            return token
        }
        return HubLeg(hub: self, token: token)
    }

    /// After this returns nothing of the leg reaches a sink any more.
    public func removeLeg(_ leg: HubLeg) {
        let now = clock()
        let events = state.withLock { state in
            let events = disconnect(leg.token, reason: "stopped", at: now, in: &state)
            state.samples.sourceEnded(leg.token)
            state.legs.removeAll { $0.token == leg.token }
            state.describeLegs()
            return events
        }
        events.forEach(onEvent)
    }

    /// Orders the legs by the inputs' order in the file; within an input `main` stands before `backup`.
    ///
    /// - Parameter fillers: the inputs that only fill in, when no other is live.
    public func arrangeInputs(_ order: [String], fillers: Set<String> = []) {
        state.withLock { state in
            state.order = order
            state.fillers = fillers
            state.arrangeLegs()
        }
    }

    /// Marks the legs whose packets come to the flow through another one, merged: they are looked at and counted, and never
    /// chosen.
    ///
    /// - Parameter merged: the leg that they come through; it goes on where the active one of them was.
    public func setMerged(_ ids: Set<LegID>, into merged: HubLeg? = nil) {
        state.withLock { state in
            state.mergedLegs = ids
            for index in state.legs.indices {
                let leg = state.legs[index]
                let isMerged = ids.contains(leg.id)
                guard leg.isMerged != isMerged else { continue }
                state.legs[index].isMerged = isMerged
                // What was kept has a hole by now, or will have.
                state.legs[index].recent.removeAll()
                state.legs[index].quality.reset()
                guard isMerged else { continue }
                if let merged { state.hand(leg.token, to: merged.token) }
            }
        }
    }

    /// What a leg brought is brought by another one from now on: its stream goes on, without a seam.
    public func handOver(_ leg: HubLeg, to id: LegID) {
        state.withLock { state in
            guard let other = state.legs.first(where: { $0.id == id }) else { return }
            state.hand(leg.token, to: other.token)
        }
    }

    // MARK: Sinks

    public func addSink(_ sink: any PacketSink, named name: String) {
        state.withLock { $0.packets.addSink(sink, named: name) }
    }

    /// After this returns the sink is not called any more.
    public func removeSink(named name: String) {
        state.withLock { state in
            state.packets.removeSink(named: name)
            state.samples.removeSink(named: name)
        }
    }

    // MARK: The packet path

    func consume(_ batch: PacketBatch, from token: Int) {
        var events: [HubEvent] = []
        state.withLock { state in
            guard let index = state.index(of: token) else { return }
            let isMedia = state.legs[index].inspect(batch)
            if isMedia { state.legs[index].lastMedia = batch.arrival }
            guard !state.legs[index].isMerged else { return }
            // What has been looked at is on its way before another leg may take over because of it.
            let wasActive = state.selector.active == token
            if wasActive { Self.pass(batch, ofLegAt: index, in: &state, events: &events) }
            // Null packets alone keep no leg alive.
            if isMedia {
                let outcome = state.selector.mediaArrived(
                    on: token,
                    at: batch.arrival,
                    isReady: state.legs[index].isReady(at: batch.arrival)
                )
                events += Self.events(for: outcome, at: batch.arrival, deliverer: token, in: &state)
            }
            guard !wasActive else { return }
            if state.selector.active == token {
                Self.pass(batch, ofLegAt: index, in: &state, events: &events)
            } else {
                for payload in batch.payloads {
                    state.legs[index].recent.append(payload, state.legs[index].inspector, at: batch.arrival)
                }
            }
        }
        events.forEach(onEvent)
    }

    private static func pass(
        _ batch: PacketBatch,
        ofLegAt index: Int,
        in state: inout State,
        events: inout [HubEvent]
    ) {
        let passed = admitted(batch, in: &state, events: &events)
        guard !passed.payloads.isEmpty else { return }
        state.bytes &+= UInt64(passed.byteCount)
        state.passedPackets &+= UInt64(passed.payloads.count)
        state.pass(passed, ofLegAt: index)
        if let seam = state.packets.takeSeam() { events.append(.joined(state.legs[index].id, seam)) }
        events += state.takeUnsupportedCodecs()
    }

    /// Packets of the leg wait for one that is missing before them: it is no silence.
    func mediaHeld(at now: MonotonicTime, token: Int) {
        let events = state.withLock { state -> [HubEvent] in
            guard let index = state.index(of: token), !state.legs[index].isMerged else { return [] }
            let outcome = state.selector.mediaArrived(on: token, at: now, isReady: state.legs[index].isReady(at: now))
            return Self.events(for: outcome, at: now, in: &state)
        }
        events.forEach(onEvent)
    }

    /// The front of the batch that stays within the cap; the rest is counted as dropped.
    private static func admitted(_ batch: PacketBatch, in state: inout State, events: inout [HubEvent]) -> PacketBatch {
        var count = 0
        for payload in batch.payloads {
            guard state.limiter.admit(payload.count, at: batch.arrival) else { break }
            count += 1
        }
        let excess = batch.payloads.count - count
        if let event = state.noteBandwidth(excess: excess, at: batch.arrival) { events.append(event) }
        guard excess > 0 else { return batch }
        return PacketBatch(
            payloads: UnsafeBufferPointer(rebasing: batch.payloads[..<count]),
            arrival: batch.arrival,
            dueTimes: batch.dueTimes.map { UnsafeBufferPointer(rebasing: $0[..<count]) }
        )
    }

    // MARK: Peers and time

    func connected(_ remote: String, token: Int) {
        let now = clock()
        let event: HubEvent? = state.withLock { state in
            guard let index = state.index(of: token) else { return nil }
            // A stream may go on where it was interrupted: its beginning is kept until that is seen.
            state.legs[index].inspector.restart()
            state.legs[index].recent.removeAll(keepingBeginning: state.packets.isInterrupted(token))
            state.legs[index].remote = remote
            state.legs[index].connectedAt = now
            state.legs[index].connections &+= 1
            return .peerConnected(leg: state.legs[index].id, remote: remote)
        }
        if let event { onEvent(event) }
    }

    func disconnected(_ reason: String, token: Int) {
        let now = clock()
        let events = state.withLock { disconnect(token, reason: reason, at: now, in: &$0) }
        events.forEach(onEvent)
    }

    private func disconnect(
        _ token: Int,
        reason: String,
        at now: MonotonicTime,
        in state: inout State
    ) -> [HubEvent] {
        guard let index = state.index(of: token) else { return [] }
        var events: [HubEvent] = []
        if state.legs[index].connectedAt != nil {
            let leg = state.legs[index]
            events.append(.peerDisconnected(leg: leg.id, remote: leg.remote, reason: reason))
        }
        state.legs[index].remote = nil
        state.legs[index].connectedAt = nil
        state.leave(token)
        state.legs[index].forgetStream()
        state.samples.sourceEnded(token)
        events += Self.events(for: state.selector.legClosed(token, at: now), at: now, in: &state)
        return events
    }

    /// Notices silence and takes the rate samples; call it about ten times a second.
    public func tick(at now: MonotonicTime) {
        let events = state.withLock { state in
            var events: [HubEvent?] = []
            for index in state.legs.indices {
                state.legs[index].sampleRates(at: now)
                events += Self.judgeQuality(ofLegAt: index, at: now, in: &state)
            }
            state.rate.sample(bytes: state.bytes, at: now)
            state.packets.tick(at: now)
            events += Self.events(for: state.selector.tick(at: now), at: now, in: &state)
            // A stream that stopped is within its cap as well.
            events.append(state.noteBandwidth(excess: 0, at: now))
            return events.compactMap(\.self)
        }
        events.forEach(onEvent)
        tellNeeds(at: now)
    }

    private static func judgeQuality(ofLegAt index: Int, at now: MonotonicTime, in state: inout State) -> [HubEvent?] {
        let settings = state.settings
        // What fills in is not judged, nor what comes to the flow merged.
        guard !state.legs[index].isFiller, !state.legs[index].isMerged,
            let impairment = state.legs[index].judge(
                settings.quality,
                recoverAfter: settings.selection.recoverAfter,
                at: now
            )
        else { return [] }
        let leg = state.legs[index]
        let outcome = state.selector.qualityChanged(on: leg.token, isImpaired: impairment != nil, at: now)
        return [.qualityChanged(leg.id, impairment)] + events(for: outcome, at: now, in: &state)
    }

    /// Carries out what the selector decided, and tells of it.
    ///
    /// - Parameter deliverer: the leg that delivers at this moment, and will pass on what it sent before with that.
    static func events(
        for outcome: LegSelector.Outcome,
        at now: MonotonicTime,
        deliverer: Int? = nil,
        in state: inout State
    ) -> [HubEvent] {
        switch outcome {
        case .unchanged:
            return []
        case .switched(let from, let to, let gap, let reason):
            if let from, from != to {
                state.switches &+= 1
                state.leave(from)
            }
            guard let leg = state.id(of: to) else { return [] }
            var events: [HubEvent] = [
                .switched(from: from.flatMap(state.id(of:)), to: leg, gapNanoseconds: gap, reason)
            ]
            if to != deliverer { state.passRecent(of: to, at: now) }
            if let seam = state.packets.takeSeam() { events.append(.joined(leg, seam)) }
            return events
        case .lost(let token, let reason):
            state.samples.streamEnded()
            // That a flow which ends has no stream is no news.
            guard !state.isEnding else { return [] }
            return state.id(of: token).map { [.activeLegLost($0, reason)] } ?? []
        }
    }

    // MARK: Statistics

    public func snapshot(at now: MonotonicTime) -> HubSnapshot {
        state.withLock { state in
            HubSnapshot(
                activeLeg: state.selector.active.flatMap(state.id(of:)),
                bitsPerSecond: state.rate.bitsPerSecond,
                bytes: state.bytes,
                packets: state.passedPackets,
                packetsOverBandwidth: state.packetsOverBandwidth,
                isOverBandwidth: state.overBandwidthSince != nil,
                switches: state.switches,
                legs: state.legs.map { leg in
                    HubSnapshot.Leg(
                        id: leg.id,
                        remote: leg.remote,
                        connectedForNanoseconds: leg.connectedAt.map { now.nanoseconds(since: $0) },
                        bitsPerSecond: leg.rate.bitsPerSecond,
                        bytes: leg.bytes,
                        packets: leg.packets,
                        connections: leg.connections,
                        bitsPerSecondByPID: leg.bitsPerSecondByPID,
                        inspection: leg.inspector.hasSeenPackets ? leg.inspector.snapshot() : nil,
                        tracks: leg.tracks.tracks,
                        impairment: leg.quality.impairment
                    )
                }
            )
        }
    }
}
