/// What an `FECDecoder` counted. Counters only grow.
public struct FECDecoderCounters: Hashable, Sendable {
    /// Media packets of the stream that were taken.
    public var mediaReceived: UInt64 = 0
    /// Column and row FEC packets that were decoded, whatever became of them.
    public var columnsReceived: UInt64 = 0
    public var rowsReceived: UInt64 = 0
    /// Media packets that were made again of others.
    public var recovered: UInt64 = 0
    /// Media packets that neither came nor could be recovered before they left the decoder's memory. Counted once FEC
    /// packets come.
    public var unrecovered: UInt64 = 0
    /// FEC packets that were too far from the media to be of use, or that were displaced by others.
    public var unusable: UInt64 = 0
    /// Datagrams that are not RTP, or not FEC of ST 2022-1, or from which no RTP packet could be made.
    public var malformed: UInt64 = 0

    public var fecReceived: UInt64 { columnsReceived &+ rowsReceived }

    public init() {}
}
