import Media

extension Refusal {
    /// A sentence for the log.
    var explanation: String {
        switch self {
        case .notInAllowlist: "the address is not in the allowlist"
        case .unknownStreamKey: "no input or output has this stream ID"
        case .alreadyPublishing: "another publisher is connected"
        case .badPassphrase: "the passphrase is wrong"
        case .encryptionRequired: "the peer does not encrypt, but a key is configured"
        case .encryptionUnexpected: "the peer encrypts, but no key is configured"
        case .keyLengthMismatch: "the peer's key length is not the configured one"
        case .overBandwidth: "the stream exceeds maxBandwidth"
        case .unsupportedCodec: "the codec cannot be carried"
        case .malformedStream: "what came is not a stream"
        case .tooManyReceivers: "maxConcurrent receivers are connected"
        case .tooManyConnections: "the gateway's limit on connections is reached"
        case .receiverStalled: "the player does not read"
        case .wrongDirection: "a publisher asked for an output, or a receiver for an input"
        }
    }

    static func wrongDirection(isPublisher: Bool) -> String {
        isPublisher ? "a publisher asked for an output" : "a receiver asked for an input"
    }

    static func unsupportedCodec(named name: String) -> String {
        "the codec \(name) is not carried; the other tracks go on"
    }
}
