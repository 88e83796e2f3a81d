/// The UDP ports of a track.
package struct RTPPortPair: Hashable, Sendable {
    package var rtp: UInt16
    package var rtcp: UInt16

    package init(rtp: UInt16, rtcp: UInt16) {
        self.rtp = rtp
        self.rtcp = rtcp
    }

    /// Reads `5000-5001`, or `5000`, which is followed by the port for RTCP.
    init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let rtp: UInt16 = parts[0].trimmed.number(), rtp > 0 else { return nil }
        let next = rtp == .max ? nil : rtp + 1
        guard let rtcp: UInt16 = parts.count == 2 ? parts[1].trimmed.number() : next, rtcp > 0 else { return nil }
        self.init(rtp: rtp, rtcp: rtcp)
    }
}

extension RTPPortPair: CustomStringConvertible {
    package var description: String { "\(rtp)-\(rtcp)" }
}
