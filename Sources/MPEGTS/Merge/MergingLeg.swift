import Media

/// What a leg of a `TSMerger` brought last, and where in the stream that is.
struct MergingLeg: Sendable {
    enum Standing: Equatable {
        /// Its next packet should be the one at `cursor`, or a new one when that is the end. Nothing of it waits.
        case inStep
        /// It lost something at the end of the stream; what came since waits for the other leg to fill the gap.
        case gapped
        /// It lost something behind `cursor`, where the other leg was ahead; what came since waits for its place.
        case astray
        /// It is not known to carry the stream. What came last waits for its place, or for the other leg to fall silent.
        case unknown
    }

    /// `missing` is counted elsewhere.
    var counters = MergeLegCounters()
    var aligner = TSAligner()
    var held = HeldPackets()
    var standing = Standing.unknown
    /// The position, among the packets passed on, of the one that should come next, or of one before.
    var cursor = 0
    /// False when nothing in common was found for too long.
    private(set) var isMatched = true
    /// When a packet came last; nil without a sender.
    private(set) var lastArrival: MonotonicTime?
    /// The last packet that waits looks like one passed on, but one is not enough.
    var isOnTrack = false

    /// The caller has told of a loss before: it knows of them, and one is no news when other PIDs' counters show it.
    private(set) var tellsLosses = false
    private var continuity = ContinuityMap()
    /// Something is missing before the next packet.
    private var isAfterLoss = false
    /// Since when its place is looked for.
    private var seekingSince: MonotonicTime?

    mutating func payloadReceived(afterLoss: Bool, at now: MonotonicTime) {
        lastArrival = now
        guard afterLoss else { return }
        // The beginning of a packet that waits for its rest will not get it.
        aligner = TSAligner()
        isAfterLoss = true
        tellsLosses = true
    }

    /// Notes in a packet that came whether something is missing before it.
    @inline(__always)
    mutating func packetReceived(_ packet: inout PacketIdentity) {
        counters.received &+= 1
        if !continuity.isFollowed(by: packet, forgiving: tellsLosses) { packet.traits.insert(.afterGap) }
        if isAfterLoss { packet.traits.formUnion([.afterGap, .gapAnnounced]) }
        isAfterLoss = false
        if packet.traits.contains(.afterGap) { continuity.noteGap() }
        _ = continuity.packetReceived(packet)
    }

    /// Its place was found.
    mutating func align(at position: Int, as standing: Standing) {
        self.standing = standing
        cursor = position
        isMatched = true
        seekingSince = nil
        isOnTrack = false
    }

    /// Its place is still looked for.
    ///
    /// - Parameter timeout: after which it is believed to carry another stream.
    mutating func seek(at now: MonotonicTime, timeoutNanoseconds timeout: Int64) {
        let since = seekingSince ?? now
        seekingSince = since
        if now.nanoseconds(since: since) >= timeout { isMatched = false }
    }

    func isLive(at now: MonotonicTime, windowNanoseconds window: Int64) -> Bool {
        lastArrival.map { now.nanoseconds(since: $0) < window } ?? false
    }

    /// Forgets the sender; nothing of it waits.
    mutating func forget() {
        aligner = TSAligner()
        continuity.removeAll()
        standing = .unknown
        isMatched = true
        lastArrival = nil
        isOnTrack = false
        isAfterLoss = false
        tellsLosses = false
        seekingSince = nil
    }
}
