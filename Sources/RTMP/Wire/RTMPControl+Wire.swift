import NIOCore

/// The events of user control messages, RTMP 1.0 §7.1.7.
private enum UserControlEvent: UInt16 {
    case streamBegin = 0
    case streamEOF = 1
    case streamDry = 2
    case setBufferLength = 3
    case streamIsRecorded = 4
    case pingRequest = 6
    case pingResponse = 7
}

extension RTMPControl {
    /// Reads a protocol control message; nil when the message is of another kind. Bytes behind what is known are
    /// ignored.
    package init?(_ message: RTMPMessage) throws(RTMPControlError) {
        var payload = message.payload
        func word() throws(RTMPControlError) -> UInt32 {
            guard let word = payload.readInteger(as: UInt32.self) else { throw .truncated(message.type) }
            return word
        }
        switch message.type {
        case .setChunkSize: self = .setChunkSize(try word())
        case .abort: self = .abort(chunkStreamID: try word())
        case .acknowledgement: self = .acknowledgement(try word())
        case .windowAcknowledgementSize: self = .windowAcknowledgementSize(try word())
        case .setPeerBandwidth:
            let window = try word()
            guard let kind = payload.readInteger(as: UInt8.self) else { throw .truncated(message.type) }
            guard let limit = PeerBandwidthLimit(rawValue: kind) else { throw .unknownLimitType(kind) }
            self = .setPeerBandwidth(window, limit)
        case .userControl:
            guard let event = payload.readInteger(as: UInt16.self) else { throw .truncated(message.type) }
            switch UserControlEvent(rawValue: event) {
            case .streamBegin: self = .streamBegin(try word())
            case .streamEOF: self = .streamEOF(try word())
            case .streamDry: self = .streamDry(try word())
            case .setBufferLength: self = .setBufferLength(streamID: try word(), milliseconds: try word())
            case .streamIsRecorded: self = .streamIsRecorded(try word())
            case .pingRequest: self = .pingRequest(try word())
            case .pingResponse: self = .pingResponse(try word())
            case nil: self = .unknownEvent(event, payload)
            }
        default: return nil
        }
    }

    /// The message that says this; it belongs on chunk stream 2, `ChunkWriter.controlChunkStreamID`.
    package var message: RTMPMessage {
        switch self {
        case .setChunkSize(let size): Self.message(.setChunkSize, [size])
        case .abort(let chunkStreamID): Self.message(.abort, [chunkStreamID])
        case .acknowledgement(let count): Self.message(.acknowledgement, [count])
        case .windowAcknowledgementSize(let window): Self.message(.windowAcknowledgementSize, [window])
        case .setPeerBandwidth(let window, let limit):
            Self.message(.setPeerBandwidth, [window], tail: ByteBuffer(integer: limit.rawValue))
        case .streamBegin(let streamID): Self.message(.streamBegin, [streamID])
        case .streamEOF(let streamID): Self.message(.streamEOF, [streamID])
        case .streamDry(let streamID): Self.message(.streamDry, [streamID])
        case .setBufferLength(let streamID, let milliseconds):
            Self.message(.setBufferLength, [streamID, milliseconds])
        case .streamIsRecorded(let streamID): Self.message(.streamIsRecorded, [streamID])
        case .pingRequest(let time): Self.message(.pingRequest, [time])
        case .pingResponse(let time): Self.message(.pingResponse, [time])
        case .unknownEvent(let event, let rest): Self.message(.userControl, event: event, [], tail: rest)
        }
    }

    private static func message(_ event: UserControlEvent, _ words: [UInt32]) -> RTMPMessage {
        message(.userControl, event: event.rawValue, words)
    }

    private static func message(
        _ type: RTMPMessageType,
        event: UInt16? = nil,
        _ words: [UInt32],
        tail: ByteBuffer = ByteBuffer()
    ) -> RTMPMessage {
        var payload = ByteBuffer()
        if let event { payload.writeInteger(event) }
        for word in words { payload.writeInteger(word) }
        payload.writeImmutableBuffer(tail)
        return RTMPMessage(type: type, payload: payload)
    }
}
