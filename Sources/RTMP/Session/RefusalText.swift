import Media

/// How a refusal is said to the client: a code that programs know, and a sentence for people. Neither has secrets.
enum RefusalText {
    static func status(
        _ refusal: Refusal,
        _ role: RTMPServerSession.Role,
        streamID: UInt32
    ) -> RTMPCommand {
        .status("error", code(refusal, role), sentence(refusal), streamID: streamID)
    }

    static func code(_ refusal: Refusal, _ role: RTMPServerSession.Role) -> String {
        switch (role, refusal) {
        case (.publish, .unknownStreamKey), (.publish, .alreadyPublishing): "NetStream.Publish.BadName"
        case (.publish, _): "NetStream.Publish.Denied"
        case (.play, .unknownStreamKey): "NetStream.Play.StreamNotFound"
        case (.play, _): "NetStream.Play.Failed"
        }
    }

    static func sentence(_ refusal: Refusal) -> String {
        switch refusal {
        case .notInAllowlist: "Your address is not in the allowlist."
        case .unknownStreamKey: "There is no such flow, or the stream key is wrong."
        case .alreadyPublishing: "Somebody publishes to this input already."
        case .badPassphrase: "The passphrase is wrong."
        case .encryptionRequired: "Encryption is required."
        case .encryptionUnexpected: "Encryption is not expected here."
        case .keyLengthMismatch: "The key length differs."
        case .overBandwidth: "The stream needs more bandwidth than the flow may have."
        case .unsupportedCodec: "The codec is not supported."
        case .malformedStream: "The stream is malformed."
        case .tooManyReceivers: "As many receivers as there may be are connected already."
        case .tooManyConnections: "There are too many connections."
        case .receiverStalled: "You do not read what you are sent."
        case .wrongDirection: "Publish to an input, play from an output."
        }
    }
}
