/// What the owner of a client session is to do, in order.
package enum RTMPClientAction: Hashable, Sendable {
    case send(RTMPMessage, chunkStreamID: Int)
    /// Cut what is sent after this into chunks of so many bytes.
    case setOutgoingChunkSize(Int)
    /// The far side agreed: send media on this message stream, or expect it.
    case ready(streamID: UInt32)
    /// Audio, video or data of the stream that is played: for an `FLVReader`.
    case media(RTMPMessage)
    /// The stream came to its regular end. Close.
    case ended
    /// The server asks to go elsewhere. Close, and connect there.
    case redirect(RTMPURL)
    /// Close.
    case failed(RTMPClientFailure)
}

/// Why a client's session failed, in words that may be logged: cleaned, bounded, and without the stream's key.
package struct RTMPClientFailure: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The server said no to the connection, the call or the stream.
        case refused
        /// The server ended a stream that ran.
        case ended
        /// No answer, or no media, in time.
        case timeout
        case malformedMessage
    }

    /// What was being waited for.
    package enum Step: String, Hashable, Sendable {
        case connect
        case createStream
        case publish
        case play
        case media
    }

    package var kind: Kind
    package var step: Step
    /// The far side's, such as `NetStream.Publish.BadName`; empty when it gave none.
    package var code: String
    package var description: String

    package init(_ kind: Kind, _ step: Step, code: String = "", description: String = "") {
        self.kind = kind
        self.step = step
        self.code = code
        self.description = description
    }
}
