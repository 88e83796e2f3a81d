import MPEGTS
import Media

extension FlowHub {
    /// What a flow's lock guards.
    struct State: Sendable {
        // As in a leg, what every sample touches comes first.
        var legs: [Leg] = []
        var bytes: UInt64 = 0
        var passedPackets: UInt64 = 0
        var overBandwidthSince: MonotonicTime?
        var lastOverBandwidth: MonotonicTime?
        var limiter: BandwidthLimiter
        var selector: LegSelector
        var samples = SamplePath()
        var packets = PacketPath()
        var settings: Settings
        var mergedLegs: Set<LegID> = []
        var coldInputs: [ColdInput] = []
        /// The inputs' order in the file, and those that only fill in.
        var order: [String] = []
        var fillers: Set<String> = []
        var nextToken = 0
        /// No leg takes over from another any more.
        var isEnding = false
        var rate = RateMeter()
        var packetsOverBandwidth: UInt64 = 0
        var switches: UInt64 = 0

        /// Counts what was above the cap, and tells when a spell of it begins or is over.
        mutating func noteBandwidth(excess: Int, at now: MonotonicTime) -> HubEvent? {
            if excess > 0 {
                packetsOverBandwidth &+= UInt64(excess)
                lastOverBandwidth = now
                guard overBandwidthSince == nil else { return nil }
                overBandwidthSince = now
                return .overBandwidth
            }
            guard let last = lastOverBandwidth, overBandwidthSince != nil,
                now.nanoseconds(since: last) > FlowHub.overBandwidthSpellNanoseconds
            else { return nil }
            overBandwidthSince = nil
            return .bandwidthBackToNormal
        }

        mutating func takeUnsupportedCodecs() -> [HubEvent] {
            guard !samples.unsupportedCodecs.isEmpty || !packets.unsupportedCodecs.isEmpty else { return [] }
            return (samples.takeUnsupportedCodecs() + packets.takeUnsupportedCodecs()).map(HubEvent.unsupportedCodec)
        }

        /// Puts the legs in the order of their inputs.
        mutating func arrangeLegs() {
            let order = order
            func rank(_ leg: Leg) -> (Int, Int, Int) {
                (order.firstIndex(of: leg.id.input) ?? order.count, leg.id.leg == "main" ? 0 : 1, leg.token)
            }
            legs.sort { rank($0) < rank($1) }
            for index in legs.indices { legs[index].isFiller = fillers.contains(legs[index].id.input) }
            describeLegs()
        }

        /// Tells the selector of the legs, in their order.
        mutating func describeLegs() {
            let chosen = settings.chosen
            let candidates = isEnding ? legs.filter { $0.token == selector.active } : legs
            selector.setLegs(
                candidates.map {
                    LegSelector.Candidate(
                        $0.token,
                        isFiller: $0.isFiller,
                        isChosen: chosen != nil && ($0.id.input == chosen || $0.id.description == chosen)
                    )
                }
            )
        }

        /// Passes packets of the active leg on, behind those that it sent before it became that.
        mutating func pass(_ batch: PacketBatch, ofLegAt index: Int) {
            let token = legs[index].token
            samples.convert(batch, from: token, legs[index].inspector, recent: legs[index].recent)
            packets.consume(batch, from: token, legs[index].inspector, recent: &legs[index].recent)
        }

        /// What a leg that has just become the active one sent before goes out at once, and not with its next packet.
        mutating func passRecent(of token: Int, at now: MonotonicTime) {
            guard let index = index(of: token) else { return }
            var standby = legs[index].standby
            if legs[index].recent.hasEntry {
                pass(PacketBatch(payloads: UnsafeBufferPointer(start: nil, count: 0), arrival: now), ofLegAt: index)
            } else if let last = standby.removeLast() {
                // Times go on by when it came, which is before now.
                pass(last, behind: standby, ofLegAt: index, at: standby.pictureArrival)
                legs[index].standby.removeAll()
            }
        }

        /// Passes a sample of the active leg on, behind those that it sent before it became that.
        mutating func pass(
            _ sample: MediaSample,
            behind standby: GroupOfPictures,
            ofLegAt index: Int,
            at now: MonotonicTime
        ) {
            let (token, tracks) = (legs[index].token, legs[index].tracks)
            samples.consume(sample, from: token, tracks: tracks, standby: standby, at: now)
            packets.consume(sample, from: token, tracks: tracks, standby: standby, at: now)
        }

        /// The stream of one leg is another's from now on.
        mutating func hand(_ token: Int, to other: Int) {
            selector.hand(token, to: other)
            packets.hand(token, to: other)
            samples.hand(token, to: other)
        }

        /// The leg feeds the outputs no longer, or its stream ended: another one follows.
        mutating func leave(_ token: Int) {
            guard let index = index(of: token) else { return }
            packets.leave(token, legs[index].inspector)
        }

        // By index: a leg is large, and would be copied to be looked at.
        func index(of token: Int) -> Int? { (0..<legs.count).first { legs[$0].token == token } }
        func id(of token: Int) -> LegID? { index(of: token).map { legs[$0].id } }
    }
}
