/// What a sender says about itself, RFC 3550 §6.4.1.
public struct RTCPSenderInfo: Hashable, Sendable {
    /// The wall clock when the report was sent; `unknown` when the sender has none.
    public var time: NTPTime
    /// The same moment by the clock of the packets.
    public var timestamp: UInt32
    /// Packets sent so far. Wraps.
    public var packetCount: UInt32
    /// Their payloads' bytes. Wraps.
    public var byteCount: UInt32

    public init(time: NTPTime, timestamp: UInt32, packetCount: UInt32, byteCount: UInt32) {
        self.time = time
        self.timestamp = timestamp
        self.packetCount = packetCount
        self.byteCount = byteCount
    }
}

/// What a receiver says about one source, RFC 3550 §6.4.1.
public struct RTCPReportBlock: Hashable, Sendable {
    /// On the wire.
    public static let byteCount = 24
    /// `cumulative number of packets lost` has 24 bits with a sign.
    public static let lossLimits: ClosedRange<Int32> = -0x80_0000...0x7F_FFFF

    /// The source.
    public var ssrc: UInt32
    /// Since the last report, of 256.
    public var fractionLost: UInt8
    /// Since the beginning; negative with duplicates.
    public var cumulativeLost: Int32
    /// The highest number, with how often the numbers wrapped in the upper half.
    public var highestSequence: UInt32
    /// In ticks of the payload type's clock.
    public var jitter: UInt32
    /// The middle of the last sender report's time; 0 before the first.
    public var lastSenderReport: UInt32
    /// Since that report came, in 1/65,536 seconds; 0 before the first.
    public var delaySinceSenderReport: UInt32

    public init(
        ssrc: UInt32,
        fractionLost: UInt8 = 0,
        cumulativeLost: Int32 = 0,
        highestSequence: UInt32 = 0,
        jitter: UInt32 = 0,
        lastSenderReport: UInt32 = 0,
        delaySinceSenderReport: UInt32 = 0
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.cumulativeLost = cumulativeLost
        self.highestSequence = highestSequence
        self.jitter = jitter
        self.lastSenderReport = lastSenderReport
        self.delaySinceSenderReport = delaySinceSenderReport
    }
}

/// A sender report or receiver report, RFC 3550 §6.4.
public struct RTCPReport: Hashable, Sendable {
    /// The count has five bits. More blocks are not written.
    public static let maximumBlocks = 31

    /// Who reports.
    public var ssrc: UInt32
    /// Nil for one who sends nothing.
    public var senderInfo: RTCPSenderInfo?
    /// One for each source that was heard since the last report.
    public var blocks: [RTCPReportBlock]

    public init(ssrc: UInt32, senderInfo: RTCPSenderInfo? = nil, blocks: [RTCPReportBlock] = []) {
        self.ssrc = ssrc
        self.senderInfo = senderInfo
        self.blocks = blocks
    }
}
