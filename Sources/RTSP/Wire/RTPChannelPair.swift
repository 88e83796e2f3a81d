/// The channels of a track whose packets go between the messages of the connection.
package struct RTPChannelPair: Hashable, Sendable {
    package var rtp: UInt8
    package var rtcp: UInt8

    package init(rtp: UInt8, rtcp: UInt8) {
        self.rtp = rtp
        self.rtcp = rtcp
    }

    /// Reads `0-1`, or `0`, which is followed by the channel for RTCP.
    init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let rtp: UInt8 = parts[0].trimmed.number() else { return nil }
        let next = rtp == .max ? nil : rtp + 1
        guard let rtcp: UInt8 = parts.count == 2 ? parts[1].trimmed.number() : next, rtcp != rtp else { return nil }
        self.init(rtp: rtp, rtcp: rtcp)
    }

    /// The channels of the track at a place, as clients choose them.
    init?(track index: Int) {
        guard let rtp = UInt8(exactly: index * 2), rtp < .max else { return nil }
        self.init(rtp: rtp, rtcp: rtp + 1)
    }

    func overlaps(_ other: RTPChannelPair) -> Bool {
        rtp == other.rtp || rtp == other.rtcp || rtcp == other.rtp || rtcp == other.rtcp
    }
}

extension RTPChannelPair: CustomStringConvertible {
    package var description: String { "\(rtp)-\(rtcp)" }
}
