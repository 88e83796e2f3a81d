/// How long a peer may take and how much it may send. Durations are measured by whoever owns the session.
package struct RTMPSessionLimits: Hashable, Sendable {
    /// For the whole handshake, before there is a session; the owner watches it.
    package var handshake: Duration = .seconds(5)
    /// From the handshake to `publish` or `play`.
    package var request: Duration = .seconds(10)
    /// Without audio or video from a publisher, or from the server that a client plays.
    package var mediaIdle: Duration = .seconds(30)
    /// Without any message from the peer until it is pinged.
    package var pingInterval: Duration = .seconds(20)
    /// For each answer that a client waits for.
    package var clientStep: Duration = .seconds(10)
    /// Without taking anything of what is waiting for the peer.
    package var stall: Duration = .seconds(10)
    /// What a peer may send before it was let in.
    package var unprovedBytes: Int = 1 << 20
    /// Audio, video and data messages that are kept while a `publish` is being decided; the rest is dropped.
    package var heldMessages: Int = 256
    /// Message streams that one connection may create.
    package var streams: Int = 8

    package init() {}

    package static let `default` = Self()

    /// The longest app, stream name or address that is read, in bytes; longer ones are refused.
    package static let nameBytes = 1_024
    /// What is kept of a far side's code and description, in characters.
    package static let peerTextCharacters = 200
    /// In bytes, announced to peers: when they are to acknowledge, and how much they may send unacknowledged.
    package static let acknowledgementWindow: UInt32 = 2_500_000
    /// Of the chunks that are sent: as large as widespread servers use, so that nearly all messages are one chunk and
    /// every peer takes it. The same to players and to servers, so that media is encoded once for all of them.
    package static let chunkSize: UInt32 = 65_536
}

/// The chunk streams that sessions and media writers use, one for each kind of message.
package enum RTMPChunkStream {
    package static let control = ChunkWriter.controlChunkStreamID
    /// Commands of the connection.
    package static let command = 3
    package static let audio = 4
    /// Commands of a message stream.
    package static let streamCommand = 5
    package static let video = 6
    package static let data = 7
}
