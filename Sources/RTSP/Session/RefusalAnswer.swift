import Media

/// How a refusal is said to the client: a code that programs know, and a sentence for people. Neither has secrets.
enum RefusalAnswer {
    static func status(_ refusal: Refusal) -> RTSPStatus {
        switch refusal {
        case .notInAllowlist, .alreadyPublishing, .badPassphrase, .encryptionRequired, .encryptionUnexpected,
            .keyLengthMismatch:
            .forbidden
        case .unknownStreamKey: .notFound
        case .overBandwidth: .notEnoughBandwidth
        case .unsupportedCodec: .unsupportedMediaType
        case .malformedStream: .badRequest
        case .tooManyReceivers, .tooManyConnections, .receiverStalled: .serviceUnavailable
        case .wrongDirection: .methodNotAllowed
        }
    }

    static func sentence(_ refusal: Refusal) -> String {
        switch refusal {
        case .notInAllowlist: "Your address is not in the allowlist"
        case .unknownStreamKey: "There is no such flow, input or output"
        case .alreadyPublishing: "Somebody publishes to this input already"
        case .badPassphrase: "The passphrase is wrong"
        case .encryptionRequired: "Encryption is required"
        case .encryptionUnexpected: "Encryption is not expected here"
        case .keyLengthMismatch: "The key length differs"
        case .overBandwidth: "The stream needs more bandwidth than the flow may have"
        case .unsupportedCodec: "The codec is not supported"
        case .malformedStream: "The stream is malformed"
        case .tooManyReceivers: "As many receivers as there may be are connected already"
        case .tooManyConnections: "There are too many connections"
        case .receiverStalled: "You do not read what you are sent"
        case .wrongDirection: "Publish to an input, play from an output"
        }
    }
}
