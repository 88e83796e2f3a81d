/// A packet of a track, in its turn, as depacketizers take it. The payload is borrowed: it is valid during the call that
/// passed it.
public struct RTPPacket {
    /// The packet's numbers, timestamp and marker.
    public var header: RTPHeader
    /// Without header and padding.
    public var payload: UnsafeRawBufferPointer
    /// Packets between the last one and this one are missing, and do not come any more.
    public var lostBefore: Bool

    public init(header: RTPHeader, payload: UnsafeRawBufferPointer, lostBefore: Bool = false) {
        self.header = header
        self.payload = payload
        self.lostBefore = lostBefore
    }
}
