public import Media
public import NIOCore

/// A payload that goes from RTP to RTP as it is: the gateway has no samples of its codec.
public struct RTPPassthroughUnit: Hashable, Sendable {
    /// G.711, RFC 3551 §4.5.14: a byte for each sample of each channel.
    public enum Format: String, Hashable, Sendable {
        case pcmu = "PCMU"
        case pcma = "PCMA"

        /// RFC 3551 table 4, for one channel of 8 kHz.
        public var staticPayloadType: UInt8 { self == .pcmu ? 0 : 8 }
    }

    /// Of the track that it belongs to.
    public var track: MediaTrack.ID
    /// What the payload is.
    public var format: Format
    /// When it is to be heard, on the timeline of the samples.
    public var time: MediaTime
    /// The first packet after silence.
    public var marker: Bool
    /// The packet's, byte for byte.
    public var payload: ByteBuffer

    public init(track: MediaTrack.ID, format: Format, time: MediaTime, marker: Bool = false, payload: ByteBuffer) {
        self.track = track
        self.format = format
        self.time = time
        self.marker = marker
        self.payload = payload
    }

    init(track: MediaTrack.ID, format: Format, time: MediaTime, _ packet: RTPPacket) {
        self.init(
            track: track,
            format: format,
            time: time,
            marker: packet.header.marker,
            payload: ByteBuffer(bytes: packet.payload)
        )
    }
}
