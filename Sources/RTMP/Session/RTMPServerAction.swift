package import Media

/// What the owner of a server session is to do, in order.
package enum RTMPServerAction: Hashable, Sendable {
    case send(RTMPMessage, chunkStreamID: Int)
    /// Cut what is sent after this into chunks of so many bytes; the message that announces it went before.
    case setOutgoingChunkSize(Int)
    /// Answer with `acceptPublish` or `refuse`, now or later.
    case publishRequested(RTMPStreamName)
    /// Answer with `acceptPlay` or `refuse`, now or later.
    case playRequested(RTMPStreamName)
    /// Audio, video or data of the stream that was accepted: for an `FLVReader`.
    case media(RTMPMessage)
    /// The publisher stopped, or withdrew its request. The connection goes on unless `close` follows.
    case publishEnded
    case playEnded
    /// Send what is waiting, then close. Nothing follows.
    case close(RTMPCloseReason)
}

/// Why a server session ended by itself.
package enum RTMPCloseReason: Hashable, Sendable {
    /// The peer neither published nor played in time.
    case requestTimeout
    /// A publisher sent no audio or video for too long.
    case mediaTimeout
    /// More bytes than a peer may send before it was let in.
    case tooManyUnprovedBytes
    case commandOutOfOrder(String)
    case malformedCommand
    case malformedControl
    case refused(Refusal)
    /// The peer withdrew its request before it was decided.
    case withdrawn
}
