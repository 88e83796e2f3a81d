/// Tells MPEG-TS in RTP from MPEG-TS straight in UDP, datagram by datagram.
///
/// A decision sticks: datagrams of the other kind are refused until `switchAfter` of them came in a row. Senders that cut
/// the stream without regard to packets (1,472 bytes a datagram is a common default) are recognised by sync bytes 188
/// bytes apart anywhere in the datagram.
public struct TransportDetector: Sendable {
    public enum Transport: Hashable, Sendable {
        case plain, rtp
    }

    public enum Verdict: Hashable, Sendable {
        /// The datagram is a piece of the transport stream.
        case plain
        /// The datagram is an RTP packet whose payload is whole TS packets.
        case rtp
        /// It is neither, or of the kind that this stream is not. Counted in `refused`.
        case refused
    }

    /// How many datagrams of the other kind in a row change the decision.
    public static let switchAfter = 8
    /// A datagram that does not start on a packet needs this many sync bytes in step to start a plain stream.
    static let unalignedSyncBytes = 4
    static let packetByteCount = 188
    static let syncByte: UInt8 = 0x47

    /// What the stream is, nil until the first datagram that was recognised.
    public private(set) var transport: Transport?
    public private(set) var refused: UInt64 = 0
    private var othersInRow = 0

    public init() {}

    /// Forgets the decision, as when the input fell silent and another sender may come.
    public mutating func reset() {
        transport = nil
        othersInRow = 0
    }

    public mutating func classify(_ datagram: UnsafeRawBufferPointer) -> Verdict {
        switch transport {
        case .rtp where Self.isRTP(datagram), .plain where Self.isAligned(datagram):
            othersInRow = 0
            return transport == .rtp ? .rtp : .plain
        case .plain where !Self.isRTP(datagram) && Self.syncBytesInStep(datagram) >= 1:
            othersInRow = 0
            return .plain
        default:
            break
        }
        guard let found = Self.detect(datagram) else {
            refused &+= 1
            return .refused
        }
        if transport != nil {
            othersInRow += 1
            guard othersInRow >= Self.switchAfter else {
                refused &+= 1
                return .refused
            }
        }
        othersInRow = 0
        transport = found
        return found == .rtp ? .rtp : .plain
    }

    private static func detect(_ datagram: UnsafeRawBufferPointer) -> Transport? {
        if isAligned(datagram) { return .plain }
        if isRTP(datagram) { return .rtp }
        return syncBytesInStep(datagram) >= unalignedSyncBytes ? .plain : nil
    }

    /// Whole packets, each with its sync byte.
    private static func isAligned(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard !bytes.isEmpty, bytes.count.isMultiple(of: packetByteCount) else { return false }
        var offset = 0
        while offset < bytes.count {
            if bytes[offset] != syncByte { return false }
            offset += packetByteCount
        }
        return true
    }

    private static func isRTP(_ datagram: UnsafeRawBufferPointer) -> Bool {
        guard let header = RTPHeader(decoding: datagram) else { return false }
        return isAligned(UnsafeRawBufferPointer(rebasing: datagram[header.payloadRange]))
    }

    /// The most sync bytes found at one phase without a gap up to the end; 0 when no phase has them all.
    private static func syncBytesInStep(_ bytes: UnsafeRawBufferPointer) -> Int {
        var most = 0
        for phase in 0..<min(packetByteCount, bytes.count) where bytes[phase] == syncByte {
            var offset = phase
            var found = 0
            while offset < bytes.count, bytes[offset] == syncByte {
                found += 1
                offset += packetByteCount
            }
            if offset >= bytes.count { most = max(most, found) }
        }
        return most
    }
}
