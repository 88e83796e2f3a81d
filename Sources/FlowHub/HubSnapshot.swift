public import MPEGTS
public import Media

/// A flow's figures at one moment.
public struct HubSnapshot: Sendable {
    public struct Leg: Sendable {
        public let id: LegID
        public let remote: String?
        public let connectedForNanoseconds: Int64?
        public let bitsPerSecond: Int64
        public let bytes: UInt64
        public let packets: UInt64
        /// How often a peer connected.
        public let connections: UInt64
        /// Over the last second.
        public let bitsPerSecondByPID: [UInt16: Int64]
        /// Nil before the first packet, and for legs that deliver samples.
        public let inspection: TSSnapshot?
        /// Of a leg that delivers samples.
        public let tracks: [MediaTrack]
        /// Why the leg counts as lost although media comes.
        public let impairment: Impairment?
    }

    public let activeLeg: LegID?
    public let bitsPerSecond: Int64
    /// What went on towards the sinks: payloads or samples.
    public let bytes: UInt64
    public let packets: UInt64
    public let packetsOverBandwidth: UInt64
    public let isOverBandwidth: Bool
    public let switches: UInt64
    public let legs: [Leg]
}
