import FlowModel

/// The last quarter of an hour of each flow, sampled every few seconds.
///
/// A sample takes 28 bytes, so that a flow takes 5 kB at most, and nothing before its first sign of life.
struct FlowHistory {
    static let interval = Duration.seconds(5)
    /// Samples of a flow: 15 minutes.
    static let capacity = 180
    /// Flows beyond this are not recorded: 50 MB.
    static let maximumFlows = 10_000

    /// One moment of a flow. What does not apply is `nan`.
    struct Sample: Equatable {
        /// In bit/s.
        var bitrate: Float
        /// The slowest leg's and the slowest receiver's, in milliseconds.
        var roundTripIn: Float
        var roundTripOut: Float
        /// Of the packets since the sample before, in per cent.
        var lossIn: Float
        var lossOut: Float
        /// Packets a second.
        var retransmittedIn: Float
        var retransmittedOut: Float
    }

    /// Counters that samples are differences of.
    struct Totals: Equatable {
        var packets: UInt64 = 0
        var lost: UInt64 = 0
        var retransmitted: UInt64 = 0

        mutating func add(_ counters: StreamCounters) {
            packets &+= counters.packets
            lost &+= counters.packetsLost
            retransmitted &+= counters.packetsRetransmitted
        }
    }

    /// A flow's ring, and where its counters were.
    private struct Track {
        var samples: [Sample] = []
        /// Where the oldest one stands once the ring is full.
        var start = 0
        var received: Totals
        var sent: Totals

        mutating func append(_ sample: Sample) {
            if samples.count < FlowHistory.capacity {
                samples.append(sample)
            } else {
                samples[start] = sample
                start = (start + 1) % FlowHistory.capacity
            }
        }

        var inOrder: [Sample] { Array(samples[start...] + samples[..<start]) }
    }

    private var tracks: [String: Track] = [:]
    /// Of the newest sample, in seconds since 1970.
    private(set) var time: Double = 0

    /// Takes one sample of each flow, and forgets flows that are gone.
    mutating func sample(_ flows: [FlowStatus], at time: Double) {
        let elapsed = self.time > 0 && time > self.time ? time - self.time : Double(Self.interval.components.seconds)
        self.time = time
        var kept: [String: Track] = [:]
        kept.reserveCapacity(min(flows.count, Self.maximumFlows))
        for flow in flows {
            let received = Self.received(flow)
            let sent = Self.sent(flow)
            guard var track = tracks.removeValue(forKey: flow.name) else {
                guard flow.bitrate > 0 || received.packets > 0, kept.count < Self.maximumFlows else { continue }
                var track = Track(received: received, sent: sent)
                track.samples.reserveCapacity(Self.capacity)
                track.append(Self.sample(of: flow, received, sent, since: track, elapsed))
                kept[flow.name] = track
                continue
            }
            track.append(Self.sample(of: flow, received, sent, since: track, elapsed))
            track.received = received
            track.sent = sent
            kept[flow.name] = track
        }
        tracks = kept
    }

    /// Oldest first; empty for a flow that never lived.
    func samples(of flow: String) -> [Sample] { tracks[flow]?.inOrder ?? [] }

    var flows: [String] { tracks.keys.sorted() }

    // MARK: Measuring

    private static func received(_ flow: FlowStatus) -> Totals {
        var totals = Totals()
        for leg in flow.inputs.lazy.flatMap(\.legs) { totals.add(leg.counters) }
        return totals
    }

    private static func sent(_ flow: FlowStatus) -> Totals {
        var totals = Totals()
        for output in flow.outputs { totals.add(output.counters) }
        return totals
    }

    private static func sample(
        of flow: FlowStatus,
        _ received: Totals,
        _ sent: Totals,
        since track: Track,
        _ elapsed: Double
    ) -> Sample {
        let legs = flow.inputs.lazy.flatMap(\.legs)
        let peers = flow.outputs.lazy.flatMap(\.peers)
        return Sample(
            bitrate: Float(flow.bitrate),
            roundTripIn: slowest(legs.compactMap(\.roundTripTimeMilliseconds)),
            roundTripOut: slowest(peers.compactMap(\.roundTripTimeMilliseconds)),
            lossIn: received.loss(since: track.received),
            lossOut: sent.loss(since: track.sent),
            retransmittedIn: received.retransmitted(since: track.received, elapsed),
            retransmittedOut: sent.retransmitted(since: track.sent, elapsed)
        )
    }

    private static func slowest(_ times: some Sequence<Double>) -> Float {
        times.filter(\.isFinite).max().map { Float($0) } ?? .nan
    }
}

extension FlowHistory.Totals {
    /// In per cent; `nan` when no packet was expected. Counters that fell began anew.
    fileprivate func loss(since earlier: Self) -> Float {
        let lost = Self.growth(lost, earlier.lost)
        let expected = lost + Self.growth(packets, earlier.packets)
        return expected > 0 ? Float(lost / expected * 100) : .nan
    }

    fileprivate func retransmitted(since earlier: Self, _ elapsed: Double) -> Float {
        Float(Self.growth(retransmitted, earlier.retransmitted) / elapsed)
    }

    private static func growth(_ now: UInt64, _ earlier: UInt64) -> Double {
        now > earlier ? Double(now - earlier) : 0
    }
}
