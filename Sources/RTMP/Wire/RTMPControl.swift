package import NIOCore

/// What the two ends of a connection tell each other about the connection itself, RTMP 1.0 §5.4, §6.2 and §7.1.7.
package enum RTMPControl: Hashable, Sendable {
    /// The largest payload of the chunks that follow, in bytes.
    case setChunkSize(UInt32)
    /// The rest of the message that is under way on this chunk stream will not come.
    case abort(chunkStreamID: UInt32)
    /// How many bytes were received so far, modulo 2^32.
    case acknowledgement(UInt32)
    /// After how many bytes the sender wants an acknowledgement.
    case windowAcknowledgementSize(UInt32)
    /// How many unacknowledged bytes the other end may have under way.
    case setPeerBandwidth(UInt32, PeerBandwidthLimit)

    // User control events
    case streamBegin(UInt32)
    case streamEOF(UInt32)
    case streamDry(UInt32)
    case setBufferLength(streamID: UInt32, milliseconds: UInt32)
    case streamIsRecorded(UInt32)
    /// The sender's clock in milliseconds, for the response to repeat.
    case pingRequest(UInt32)
    case pingResponse(UInt32)
    /// An event that the specification does not have, such as Flash Player's 26 and 31.
    case unknownEvent(UInt16, ByteBuffer)
}

/// How a bandwidth limit is meant, RTMP 1.0 §5.4.5.
package enum PeerBandwidthLimit: UInt8, Hashable, Sendable {
    case hard = 0
    /// The smaller one of this and the limit that holds already.
    case soft = 1
    /// Hard when the limit before was hard, else to be ignored.
    case dynamic = 2
}
