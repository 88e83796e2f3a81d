/// The exclusive or of media packets, RFC 2733 §7: of the bits of their RTP headers, their lengths, and all that follows the
/// fixed header.
///
/// The bytes are the caller's; this knows how many of them are in use, so that they need not be cleared.
struct FECParity: Sendable {
    /// How many packets are in it.
    private(set) var count = 0
    /// P, X and CC: the low six bits of the first byte.
    var flags: UInt8 = 0
    /// M and the payload type.
    var markerAndType: UInt8 = 0
    var timestamp: UInt32 = 0
    var length: UInt16 = 0
    /// The length of the longest: shorter ones count as padded with zeros.
    private(set) var byteCount = 0

    init() {}

    /// Starts with what an FEC packet has, to take its packets out again.
    init(_ header: FECHeader, flags: UInt8, marker: Bool, byteCount: Int) {
        self.flags = flags & 0x3F
        markerAndType = (marker ? 0x80 : 0) | header.payloadTypeRecovery
        timestamp = header.timestampRecovery
        length = header.lengthRecovery
        self.byteCount = byteCount
    }

    /// Adds a packet of at least 12 bytes, in one or two pieces, of which the first has the fixed header. `bytes` hold at
    /// least what follows that.
    mutating func add(
        _ head: UnsafeRawBufferPointer,
        _ tail: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        to bytes: UnsafeMutableRawBufferPointer
    ) {
        let headCount = head.count - RTPHeader.fixedByteCount
        count += 1
        flags ^= head[0] & 0x3F
        markerAndType ^= head[1]
        timestamp ^= UInt32(bigEndian: head.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        length ^= UInt16(truncatingIfNeeded: headCount + tail.count)
        let used = byteCount
        add(UnsafeRawBufferPointer(rebasing: head[RTPHeader.fixedByteCount...]), at: 0, used: used, to: bytes)
        add(tail, at: headCount, used: used, to: bytes)
        byteCount = max(used, headCount + tail.count)
    }

    /// Where there are bytes already, exclusive or; behind them a copy.
    private func add(
        _ source: UnsafeRawBufferPointer,
        at start: Int,
        used: Int,
        to bytes: UnsafeMutableRawBufferPointer
    ) {
        let common = min(max(used - start, 0), source.count)
        if common > 0, let target = bytes.baseAddress, let base = source.baseAddress {
            Self.combine(target + start, with: base, count: common)
        }
        guard common < source.count else { return }
        UnsafeMutableRawBufferPointer(rebasing: bytes[(start + common)...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[common...]))
    }

    /// The exclusive or of `count` bytes. Words at a time, without buffers' checks: this is where FEC spends its time.
    private static func combine(_ target: UnsafeMutableRawPointer, with source: UnsafeRawPointer, count: Int) {
        var index = 0
        while index + 8 <= count {
            let sum =
                target.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                ^ source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            target.storeBytes(of: sum, toByteOffset: index, as: UInt64.self)
            index &+= 8
        }
        while index < count {
            let sum =
                target.load(fromByteOffset: index, as: UInt8.self)
                ^ source.load(fromByteOffset: index, as: UInt8.self)
            target.storeBytes(of: sum, toByteOffset: index, as: UInt8.self)
            index &+= 1
        }
    }
}
