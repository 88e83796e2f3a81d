import Media

/// What a leg of an `RTPMerger` carries, by its own numbers: whether they go on, RFC 3550 A.1.
struct LegState: Sendable {
    /// `missing` is counted elsewhere.
    var counters = MergeLegCounters()
    /// Whether this leg's packets belong to the stream that is passed on.
    var isOnStream = false
    /// The leg's source, nil before it is known.
    private(set) var ssrc: UInt32?
    private var highest: UInt16 = 0
    private var candidate: Candidate?

    /// What the leg might carry from now on. The packet is kept so that nothing is lost when it does.
    private struct Candidate: Sendable {
        var ssrc: UInt32
        var nextSequence: UInt16
        var payload: [UInt8]
    }

    /// Whether a packet goes on where the leg's last one was. Then it is noted as the last.
    mutating func continues(_ header: RTPHeader) -> Bool {
        guard header.ssrc == ssrc else { return false }
        let ahead = header.sequenceNumber &- highest
        if ahead < RTPReceiver.maximumDropout {
            highest = header.sequenceNumber
        } else if 0 &- ahead > RTPReceiver.maximumMisorder {
            return false
        }
        dropCandidate()
        return true
    }

    /// The leg carries another run of numbers from this packet on.
    mutating func begin(_ header: RTPHeader, isOnStream: Bool) {
        dropCandidate()
        ssrc = header.ssrc
        highest = header.sequenceNumber
        self.isOnStream = isOnStream
    }

    /// The payload of the packet before this one, when the two show a new run, RFC 3550 A.1. Else this one is kept.
    mutating func confirm(_ header: RTPHeader, _ payload: UnsafeRawBufferPointer) -> [UInt8]? {
        if let held = candidate, held.ssrc == header.ssrc, held.nextSequence == header.sequenceNumber {
            candidate = nil
            return held.payload
        }
        dropCandidate()
        candidate = Candidate(
            ssrc: header.ssrc,
            nextSequence: header.sequenceNumber &+ 1,
            payload: Array(payload.prefix(RTPMerger.maximumHeldPayload))
        )
        return nil
    }

    mutating func forget() {
        dropCandidate()
        ssrc = nil
        isOnStream = false
    }

    private mutating func dropCandidate() {
        guard candidate != nil else { return }
        candidate = nil
        counters.outOfRange &+= 1
    }
}
