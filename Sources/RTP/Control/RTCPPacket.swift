/// A packet of RTCP, RFC 3550 §6.
public enum RTCPPacket: Hashable, Sendable {
    case report(RTCPReport)
    case sourceDescription([RTCPSourceName])
    /// The sources that go.
    case goodbye([UInt32])
    /// What is not looked into: application-defined packets, feedback, and types that came later.
    case other(type: UInt8)

    /// `packet type`, RFC 3550 §12.1.
    enum PacketType {
        static let senderReport: UInt8 = 200
        static let receiverReport: UInt8 = 201
        static let sourceDescription: UInt8 = 202
        static let goodbye: UInt8 = 203
    }
}

/// The name of a source that stays when its number changes, RFC 3550 §6.5.1.
public struct RTCPSourceName: Hashable, Sendable {
    /// The length has eight bits.
    public static let maximumNameBytes = 255

    /// The source.
    public var ssrc: UInt32
    /// `CNAME` as the peer wrote it, of any characters. Empty when the description lacks it.
    public var canonicalName: String

    public init(ssrc: UInt32, canonicalName: String) {
        self.ssrc = ssrc
        self.canonicalName = canonicalName
    }
}

/// Why a compound packet could not be read.
public enum RTCPError: Error, Hashable, Sendable {
    /// It ends before what it announces.
    case truncated
    case unsupportedVersion(UInt8)
    /// Padding of no bytes, or of more than the packet has.
    case invalidPadding
    /// More bytes or packets than any sender has to say.
    case tooLong
}
