import MPEGTS
import Media
import NIOCore

extension FlowHub {
    /// What the hub knows of one leg.
    ///
    /// What every sample touches comes first, in a few cache lines: a flow's memory is cold when its next sample comes.
    struct Leg: Sendable {
        let token: Int
        /// Fills in when no other leg is live.
        var isFiller = false
        /// What it brings reaches the flow through a leg that was merged of it and another one.
        var isMerged = false
        var connectedAt: MonotonicTime?
        /// When media came last, of whichever peer.
        var lastMedia: MonotonicTime?
        var bytes: UInt64 = 0
        var packets: UInt64 = 0
        /// Pictures and samples of a leg that delivers samples, for the quality rules.
        var pictures: UInt64 = 0
        var timeSteps: UInt64 = 0
        var lastTime: MediaTime?
        /// Of such a leg.
        var tracks = TrackList()
        /// Of such a leg while another one is active.
        var standby = GroupOfPictures()
        let id: LegID
        var connections: UInt64 = 0
        var remote: String?
        var rate = RateMeter()
        var pidPackets: [UInt16: UInt64] = [:]
        var bitsPerSecondByPID: [UInt16: Int64] = [:]
        var quality = QualityMonitor()
        /// Of a leg that delivers packets, while another one is active.
        var recent = RecentPackets()
        var inspector = TSInspector()
        /// Called when the leg keeps the flow over its cap and does not heed lost packets, as TCP does not.
        var onOverBandwidth: (@Sendable () -> Void)?

        /// A leg that has shown no place to begin at for so long will show none, and is taken as it is.
        private static let entryTimeoutNanoseconds: Int64 = 10_000_000_000

        /// Whether the leg could take over with a picture that needs none before it.
        func isReady(at now: MonotonicTime) -> Bool {
            if let connectedAt, now.nanoseconds(since: connectedAt) >= Self.entryTimeoutNanoseconds { return true }
            if tracks.tracks.isEmpty { return recent.hasEntry }
            return !tracks.hasVideo || !standby.samples.isEmpty
        }

        /// Looks at what came; whether it is more than null packets, which only fill up.
        mutating func inspect(_ batch: PacketBatch) -> Bool {
            let before = (packets: inspector.packets, nulls: inspector.nullPackets)
            inspector.inspect(batch)
            bytes &+= UInt64(batch.byteCount)
            packets &+= UInt64(batch.payloads.count)
            let nulls = inspector.nullPackets &- before.nulls
            return nulls == 0 || inspector.packets &- before.packets != nulls
        }

        mutating func count(_ sample: MediaSample, isVideo: Bool) {
            bytes &+= UInt64(sample.payload.readableBytes)
            packets &+= 1
            if isVideo { pictures &+= 1 }
            if lastTime != sample.decodeTime { timeSteps &+= 1 }
            lastTime = sample.decodeTime
        }

        /// - Returns: What changed about the leg's quality.
        mutating func judge(_ rules: QualityRules, recoverAfter: Duration, at now: MonotonicTime) -> Impairment?? {
            let before = quality.impairment
            guard connectedAt != nil else {
                quality.reset()
                return before == nil ? nil : .some(nil)
            }
            let figures = QualityMonitor.Figures(
                bitsPerSecond: rate.bitsPerSecond,
                pictures: pictures &+ inspector.pictures,
                continuityErrors: inspector.continuityErrors,
                timeSteps: timeSteps &+ inspector.timeSteps
            )
            quality.observe(figures, rules, recoverAfter: recoverAfter, at: now)
            return quality.impairment == before ? nil : .some(quality.impairment)
        }

        /// The peer went, or another one came: what is kept of its stream is of no use to the next.
        mutating func forgetStream() {
            tracks.removeAll()
            standby.removeAll()
            recent.removeAll()
            quality.reset()
            lastTime = nil
        }

        /// Takes the rate samples that are due: of the whole leg, and with them of each PID.
        mutating func sampleRates(at now: MonotonicTime) {
            guard let span = rate.sample(bytes: bytes, at: now), inspector.hasSeenPackets else { return }
            if rate.bitsPerSecond == 0 {
                bitsPerSecondByPID = [:]
                return
            }
            let counts = inspector.snapshot().pids
            bitsPerSecondByPID = Dictionary(
                uniqueKeysWithValues: counts.map { count in
                    let packets = count.packets &- (pidPackets[count.pid] ?? 0)
                    return (count.pid, Int64(Double(packets) * Double(TSPacket.byteCount * 8) * 1e9 / Double(span)))
                }
            )
            pidPackets = Dictionary(uniqueKeysWithValues: counts.map { ($0.pid, $0.packets) })
        }
    }
}
