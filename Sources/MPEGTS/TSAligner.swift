/// Cuts a byte stream that comes in payloads of any size into whole transport stream packets.
///
/// Runs of packets that lie in a payload are passed on from there without a copy; a packet that spans payloads is put
/// together in a buffer of 188 bytes, the only memory that this holds.
public struct TSAligner: Sendable {
    /// Bytes that were not part of a whole packet.
    public private(set) var discardedBytes: UInt64 = 0
    /// How often the sync bytes were lost, each counted once until they are found again: two in a row were missing, or
    /// the rest of a packet.
    public private(set) var syncLosses: UInt64 = 0
    /// Places where a sync byte was due and another one was. Once the sync bytes are lost, none is due.
    public private(set) var syncByteErrors: UInt64 = 0

    private var partial: [UInt8] = []
    private var isInSync = true
    /// Sync bytes that were missing since the last packet.
    private var missingSyncBytes = 0
    /// Whether the last bytes were packets; if not, one sync byte is not enough to believe in a packet.
    private var isLocked = false

    public init() {}

    /// Whether the beginning of a packet waits for its rest.
    @inlinable
    public var hasPartialPacket: Bool { partialByteCount > 0 }

    public var partialByteCount: Int { partial.count }

    /// Drops the beginning of a packet that will not be completed.
    public mutating func reset() {
        discardedBytes &+= UInt64(partial.count)
        partial.removeAll(keepingCapacity: true)
    }

    /// Hands over the beginning of a packet that waits for its rest, and forgets it.
    mutating func takePartial(_ body: (UnsafeRawBufferPointer) -> Void) {
        guard !partial.isEmpty else { return }
        partial.withUnsafeBytes(body)
        partial.removeAll(keepingCapacity: true)
    }

    /// Takes the next bytes and passes on runs of whole packets, in order. The runs are valid during the call.
    public mutating func append(_ payload: UnsafeRawBufferPointer, deliver: (UnsafeRawBufferPointer) -> Void) {
        var rest = payload
        if !partial.isEmpty {
            rest = completePartial(with: payload, deliver: deliver)
        }
        while !rest.isEmpty {
            let run = isLocked || Self.startsInStep(rest) ? Self.synchronizedPrefix(of: rest) : 0
            if run > 0 {
                foundPackets()
                deliver(UnsafeRawBufferPointer(rebasing: rest[..<run]))
                rest = UnsafeRawBufferPointer(rebasing: rest[run...])
                continue
            }
            if rest.count < TSPacket.byteCount, rest[0] == TSPacket.syncByte {
                partial.append(contentsOf: rest)
                return
            }
            syncByteMissed()
            let skipped = isDamagedPacket(rest) ? TSPacket.byteCount : lostSync(in: rest)
            discardedBytes &+= UInt64(skipped)
            rest = UnsafeRawBufferPointer(rebasing: rest[skipped...])
        }
    }

    /// Completes the packet that an earlier payload began, if `payload` goes on where it ended; returns what is left.
    private mutating func completePartial(
        with payload: UnsafeRawBufferPointer,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) -> UnsafeRawBufferPointer {
        let missing = TSPacket.byteCount - partial.count
        let isAlignedItself =
            payload.count.isMultiple(of: TSPacket.byteCount)
            && Self.synchronizedPrefix(of: payload) == payload.count
        let continues = payload.count <= missing || payload[missing] == TSPacket.syncByte
        guard continues, !isAlignedItself || payload.isEmpty else {
            syncByteMissed()
            syncLost()
            reset()
            return payload
        }
        guard payload.count >= missing else {
            partial.append(contentsOf: payload)
            return UnsafeRawBufferPointer(rebasing: payload[payload.count...])
        }
        partial.append(contentsOf: payload[..<missing])
        partial.withUnsafeBytes(deliver)
        partial.removeAll(keepingCapacity: true)
        foundPackets()
        return UnsafeRawBufferPointer(rebasing: payload[missing...])
    }

    /// Whole packets came, here or past this.
    mutating func foundPackets() {
        isInSync = true
        isLocked = true
        missingSyncBytes = 0
    }

    private mutating func syncByteMissed() {
        guard isInSync else { return }
        syncByteErrors &+= 1
        missingSyncBytes += 1
    }

    private mutating func syncLost() {
        if isInSync { syncLosses &+= 1 }
        isInSync = false
        isLocked = false
    }

    /// Whether only the sync byte of the packet at the start is wrong, and what follows is in step: one that is missing
    /// is no loss of sync, ETSI TR 101 290 §5.2.1.
    private func isDamagedPacket(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard isLocked, missingSyncBytes == 1, bytes.count >= TSPacket.byteCount else { return false }
        return bytes.count == TSPacket.byteCount
            || Self.startsInStep(UnsafeRawBufferPointer(rebasing: bytes[TSPacket.byteCount...]))
    }

    /// Sync is lost; how far it is to where it may be again.
    private mutating func lostSync(in bytes: UnsafeRawBufferPointer) -> Int {
        // The second one that is missing is what makes it a loss.
        if missingSyncBytes == 1, bytes.count > TSPacket.byteCount, bytes[TSPacket.byteCount] != TSPacket.syncByte {
            syncByteMissed()
        }
        syncLost()
        return Self.nextSync(in: bytes)
    }

    /// Whether the bytes start with a sync byte that another one follows 188 bytes later, where that can be seen.
    private static func startsInStep(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.first == TSPacket.syncByte
            && (bytes.count <= TSPacket.byteCount || bytes[TSPacket.byteCount] == TSPacket.syncByte)
    }

    /// How many bytes from the start are whole packets that begin with the sync byte.
    static func synchronizedPrefix(of bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        while offset + TSPacket.byteCount <= bytes.count, bytes[offset] == TSPacket.syncByte {
            offset += TSPacket.byteCount
        }
        return offset
    }

    /// The offset, at least 1, of the next sync byte that another one follows 188 bytes later, where that can be seen.
    private static func nextSync(in bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 1
        while offset < bytes.count {
            if bytes[offset] == TSPacket.syncByte {
                let following = offset + TSPacket.byteCount
                if following >= bytes.count || bytes[following] == TSPacket.syncByte { return offset }
            }
            offset += 1
        }
        return bytes.count
    }
}
