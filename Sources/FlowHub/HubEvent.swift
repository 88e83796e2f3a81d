public import MPEGTS

/// Names one leg of one input of a flow.
public struct LegID: Hashable, Sendable, CustomStringConvertible {
    public let input: String
    public let leg: String

    public init(input: String, leg: String) {
        self.input = input
        self.leg = leg
    }

    public var description: String { "\(input)/\(leg)" }
}

/// What a flow's hub tells about.
public enum HubEvent: Hashable, Sendable {
    case peerConnected(leg: LegID, remote: String)
    case peerDisconnected(leg: LegID, remote: String?, reason: String)
    /// Another leg feeds the outputs; nil when it is the first.
    case switched(from: LegID?, to: LegID, gapNanoseconds: Int64, LegSelector.Reason)
    case activeLegLost(LegID, LegSelector.Reason)
    /// The leg's quality fell below what the rules ask for; nil when it is good again.
    case qualityChanged(LegID, Impairment?)
    /// The leg goes on where another stream ended, towards the outputs that take packets.
    case joined(LegID, TSSplice.Seam)
    /// The flow exceeds its cap; told once per spell.
    case overBandwidth
    case bandwidthBackToNormal
    /// An output needs the stream in a form that does not carry the codec; the other tracks go on.
    case unsupportedCodec(String)
}
