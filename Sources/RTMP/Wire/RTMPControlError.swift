/// Why a protocol control message cannot be understood.
package enum RTMPControlError: Error, Hashable, Sendable {
    /// The payload is shorter than its type asks for.
    case truncated(RTMPMessageType)
    /// The kind of bandwidth limit is none of the three that there are.
    case unknownLimitType(UInt8)
}
