/// Why a peer was turned away: the reason that events, counters and status show.
public enum Refusal: String, Hashable, Sendable, CaseIterable {
    case notInAllowlist = "NotInAllowlist"
    case unknownStreamKey = "UnknownStreamKey"
    case alreadyPublishing = "AlreadyPublishing"
    case badPassphrase = "BadPassphrase"
    case encryptionRequired = "EncryptionRequired"
    /// The peer encrypts, the input or output does not.
    case encryptionUnexpected = "EncryptionUnexpected"
    case keyLengthMismatch = "KeyLengthMismatch"
    case overBandwidth = "OverBandwidth"
    case unsupportedCodec = "UnsupportedCodec"
    case malformedStream = "MalformedStream"
    /// `maxConcurrent` receivers are connected already.
    case tooManyReceivers = "TooManyReceivers"
    /// The gateway's own limits on connections.
    case tooManyConnections = "TooManyConnections"
    /// A receiver took nothing of its stream for too long, and was cut off.
    case receiverStalled = "ReceiverStalled"
    /// The peer wants to publish to an output, or to play an input.
    case wrongDirection = "WrongDirection"
}
