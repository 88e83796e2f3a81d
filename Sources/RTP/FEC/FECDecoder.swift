/// Makes lost packets of an RTP stream again with the FEC packets that go along with it, SMPTE ST 2022-1.
///
/// It gets copies of what the receiver gets: every media datagram, and those of both FEC streams in whatever order. What it
/// recovers are whole RTP packets, to be given to the `RTPReceiver` like those that came; the receiver's window has to
/// be as long as `receiverWindowPackets` says, and long enough in time for that many packets.
///
/// A row that lacks one packet gives it back, which may leave a column that lacks one, and so on: that is gone through
/// until nothing more can be recovered. Packets of rows and columns are told by their headers, not by their ports. Their
/// SSRC does not matter; the recovered packets have the media's.
public struct FECDecoder: Sendable {
    /// The longest media packet that can be used or recovered, RTP header included.
    public static let maximumMediaBytes = FECEncoder.maximumMediaBytes
    /// The largest matrix (offset times NA) that is taken. ST 2022-1 has 100; some senders go beyond.
    public static let maximumMatrixPackets = 256
    /// How many matrices of media packets are kept: FEC packets come during the matrix behind the one they protect, and
    /// one more is for reordering.
    public static let keptMatrices = 3
    /// Most FEC packets that wait for media packets: those of three matrices of 100 packets are 75 at the most.
    public static let maximumHeldFEC = 128
    /// How far FEC packets may be ahead of the newest media packet.
    static let maximumAhead = maximumMatrixPackets

    /// The media stream's source, nil before its first packet.
    public private(set) var ssrc: UInt32?

    private var ownCounters = FECDecoderCounters()
    private var media = FECMediaMemory(startingAt: 0, packetByteCount: maximumMediaBytes)
    private var waiting: [WaitingFEC] = []
    private var parityStore = PacketStore(slotByteCount: maximumMediaBytes - RTPHeader.fixedByteCount)
    /// Where a recovered packet is put together.
    private var scratch: [UInt8]
    private var candidate: (ssrc: UInt32, nextSequence: UInt16)?
    /// `media.left` before FEC packets came, which does not count.
    private var ignoredLeft: UInt64 = 0
    private var formerlyLeft: UInt64 = 0

    public init() {
        scratch = Array(repeating: 0, count: Self.maximumMediaBytes)
        waiting.reserveCapacity(Self.maximumHeldFEC)
    }

    /// How many packets the window of the `RTPReceiver` behind this decoder needs so that it does not give a gap up before
    /// the packet can have been recovered.
    ///
    /// The last column packet of a matrix may come up to two matrices behind the first packet that it helps to recover;
    /// a row's comes with the row's last packet. A row's worth more is for reordering between the ports.
    public static func receiverWindowPackets(columns: Int, rows: Int, protection: FECMatrix.Protection) -> Int {
        let (columns, rows) = (min(max(columns, 1), 255), min(max(rows, 1), 255))
        return protection == .rows ? 2 * columns : 2 * columns * rows + columns
    }

    public var counters: FECDecoderCounters {
        var counters = ownCounters
        if counters.fecReceived > 0 { counters.unrecovered = formerlyLeft &+ (media.left &- ignoredLeft) }
        return counters
    }

    /// Bytes of memory that media and FEC packets take.
    public var reservedBytes: Int { media.reservedByteCount + parityStore.reservedByteCount }
    /// FEC packets that wait for media packets.
    public var heldFEC: Int { waiting.count }

    /// Takes a media datagram, and hands out what can be recovered with it. The packets are valid during the call.
    public mutating func receiveMedia(
        _ datagram: UnsafeRawBufferPointer,
        recovered: (UnsafeRawBufferPointer) -> Void
    ) {
        guard let header = RTPHeader(decoding: datagram) else {
            ownCounters.malformed &+= 1
            return
        }
        guard follow(header) else { return }
        ownCounters.mediaReceived &+= 1
        guard datagram.count <= Self.maximumMediaBytes else { return }
        insert(datagram, sequence: header.sequenceNumber)
        recoverWhatCanBe(recovered)
    }

    /// Takes a datagram of either FEC stream, and hands out what can be recovered with it. The packets are valid during
    /// the call.
    public mutating func receiveFEC(
        _ datagram: UnsafeRawBufferPointer,
        recovered: (UnsafeRawBufferPointer) -> Void
    ) {
        // Not an `RTPHeader`: P, X and CC are recovery fields here, RFC 2733 §6.1. Nothing lies between the headers.
        guard datagram.count >= RTPHeader.fixedByteCount, datagram[0] >> 6 == 2,
            let header = FECHeader(
                decoding: UnsafeRawBufferPointer(rebasing: datagram[RTPHeader.fixedByteCount...])
            ), Int(header.offset) * Int(header.count) <= Self.maximumMatrixPackets
        else {
            ownCounters.malformed &+= 1
            return
        }
        let parity = UnsafeRawBufferPointer(
            rebasing: datagram[(RTPHeader.fixedByteCount + FECHeader.byteCount)...]
        )
        guard parity.count <= parityStore.slotByteCount else {
            ownCounters.malformed &+= 1
            return
        }
        if counters.fecReceived == 0 { ignoredLeft = media.left }
        if header.stream == .column { ownCounters.columnsReceived &+= 1 } else { ownCounters.rowsReceived &+= 1 }
        media.grow(to: Self.keptMatrices * Int(header.offset) * Int(header.count))
        guard ssrc != nil, isUsable(header) else {
            ownCounters.unusable &+= 1
            return
        }
        let missing = missingCount(of: header)
        guard missing > 0, !waiting.contains(where: { $0.header == header }) else { return }
        if waiting.count == Self.maximumHeldFEC { displaceOldest() }
        waiting.append(
            WaitingFEC(
                header: header,
                flags: datagram[0] & 0x3F,
                marker: datagram[1] & 0x80 != 0,
                missing: missing,
                slot: parityStore.store(parity),
                byteCount: parity.count
            )
        )
        recoverWhatCanBe(recovered)
    }

    /// Forgets the stream; the next media packet starts a new one. Counters stay.
    public mutating func reset() {
        ssrc = nil
        candidate = nil
    }

    // MARK: The media stream

    /// Whether a media packet belongs to the stream. Another SSRC, or numbers far off, start a new one when they come twice
    /// in a row, RFC 3550 A.1.
    private mutating func follow(_ header: RTPHeader) -> Bool {
        let sequence = header.sequenceNumber
        let ahead = sequence &- media.newest
        let isNear = ahead < RTPReceiver.maximumDropout || Int(0 &- ahead) <= media.capacity
        if header.ssrc == ssrc, isNear {
            candidate = nil
            return true
        }
        if ssrc != nil, candidate?.ssrc != header.ssrc || candidate?.nextSequence != sequence {
            candidate = (header.ssrc, sequence &+ 1)
            return false
        }
        candidate = nil
        ssrc = header.ssrc
        formerlyLeft = counters.unrecovered
        ignoredLeft = 0
        for fec in waiting { parityStore.release(fec.slot) }
        waiting.removeAll(keepingCapacity: true)
        media = FECMediaMemory(startingAt: sequence, packetByteCount: Self.maximumMediaBytes)
        return true
    }

    private mutating func insert(_ packet: UnsafeRawBufferPointer, sequence: UInt16) {
        let newest = media.newest
        guard media.insert(packet, sequence: sequence) else { return }
        let hasAdvanced = media.newest != newest
        var index = 0
        while index < waiting.count {
            if waiting[index].header.protects(sequence) { waiting[index].missing -= 1 }
            if hasAdvanced, !isUsable(waiting[index].header) {
                parityStore.release(waiting[index].slot)
                waiting.swapAt(index, waiting.count - 1)
                waiting.removeLast()
                ownCounters.unusable &+= 1
            } else {
                index += 1
            }
        }
    }

    // MARK: FEC packets that wait

    private struct WaitingFEC: Sendable {
        var header: FECHeader
        var flags: UInt8
        var marker: Bool
        /// How many of the protected packets are not there.
        var missing: Int
        var slot: Int32
        var byteCount: Int
    }

    /// Whether everything that a packet protects is still known, or not far ahead.
    private func isUsable(_ header: FECHeader) -> Bool {
        let ahead = header.sequenceBase &- media.newest
        if ahead > UInt16.max / 2 || ahead == 0 { return media.isKnown(header.sequenceBase) }
        return Int(ahead) + header.span <= Self.maximumAhead
    }

    private func missingCount(of header: FECHeader) -> Int {
        var missing = 0
        for index in 0..<UInt16(header.count) {
            if !media.holds(header.sequenceBase &+ index &* UInt16(header.offset)) { missing += 1 }
        }
        return missing
    }

    private mutating func displaceOldest() {
        let newest = media.newest
        guard
            let oldest = waiting.indices.max(by: {
                Int16(truncatingIfNeeded: newest &- waiting[$0].header.sequenceBase)
                    < Int16(truncatingIfNeeded: newest &- waiting[$1].header.sequenceBase)
            })
        else { return }
        parityStore.release(waiting.remove(at: oldest).slot)
        ownCounters.unusable &+= 1
    }

    // MARK: Recovery

    /// Each round uses up an FEC packet, so that there are no more rounds than those that wait.
    private mutating func recoverWhatCanBe(_ recovered: (UnsafeRawBufferPointer) -> Void) {
        while let index = waiting.firstIndex(where: { $0.missing <= 1 }) {
            let fec = waiting.remove(at: index)
            defer { parityStore.release(fec.slot) }
            guard fec.missing == 1, let sequence = missingSequence(of: fec.header) else { continue }
            guard let byteCount = rebuild(sequence, with: fec) else {
                ownCounters.malformed &+= 1
                continue
            }
            ownCounters.recovered &+= 1
            let packet = scratch
            packet.withUnsafeBytes {
                let bytes = UnsafeRawBufferPointer(rebasing: $0[..<byteCount])
                recovered(bytes)
                insert(bytes, sequence: sequence)
            }
        }
    }

    private func missingSequence(of header: FECHeader) -> UInt16? {
        for index in 0..<UInt16(header.count) {
            let sequence = header.sequenceBase &+ index &* UInt16(header.offset)
            if !media.holds(sequence) { return sequence }
        }
        return nil
    }

    /// Puts a packet together in `scratch`, RFC 2733 §8.1. Nil when that gives no RTP packet.
    private mutating func rebuild(_ sequence: UInt16, with fec: WaitingFEC) -> Int? {
        var parity = FECParity(fec.header, flags: fec.flags, marker: fec.marker, byteCount: fec.byteCount)
        let media = media
        let parityStore = parityStore
        let ssrc = ssrc ?? 0
        return scratch.withUnsafeMutableBytes { scratch -> Int? in
            let body = UnsafeMutableRawBufferPointer(rebasing: scratch[RTPHeader.fixedByteCount...])
            parityStore.withBytes(of: fec.slot, count: fec.byteCount) { body.copyMemory(from: $0) }
            for index in 0..<UInt16(fec.header.count) {
                let other = fec.header.sequenceBase &+ index &* UInt16(fec.header.offset)
                if other != sequence { media.withPacket(other) { parity.add($0, to: body) } }
            }
            // An FEC packet is as long as the longest of its packets.
            guard Int(parity.length) <= fec.byteCount else { return nil }
            RTPHeader(
                marker: parity.markerAndType & 0x80 != 0,
                payloadType: parity.markerAndType & 0x7F,
                sequenceNumber: sequence,
                timestamp: parity.timestamp,
                ssrc: ssrc
            ).encode(into: scratch)
            scratch[0] |= parity.flags
            let packet = UnsafeRawBufferPointer(rebasing: scratch[..<(RTPHeader.fixedByteCount + Int(parity.length))])
            return RTPHeader(decoding: packet) == nil ? nil : packet.count
        }
    }
}
