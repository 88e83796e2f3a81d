extension RTCPPacket {
    /// Longer compounds are refused.
    public static let maximumCompoundBytes = 8 << 10
    /// Compounds of more packets are refused.
    public static let maximumPackets = 64

    /// Takes a compound apart, RFC 3550 §6.1. Reduced-size ones, which begin with something else than a report (RFC 5506),
    /// are read, too. The bytes are borrowed during the call.
    public static func decode(_ compound: UnsafeRawBufferPointer) throws(RTCPError) -> [RTCPPacket] {
        guard compound.count <= maximumCompoundBytes else { throw .tooLong }
        var packets: [RTCPPacket] = []
        var rest = compound
        while !rest.isEmpty {
            guard rest.count >= 4 else { throw .truncated }
            guard rest[0] >> 6 == 2 else { throw .unsupportedVersion(rest[0] >> 6) }
            let byteCount = 4 * (Int(rest.word16(at: 2)) + 1)
            guard byteCount <= rest.count else { throw .truncated }
            guard packets.count < maximumPackets else { throw .tooLong }
            var end = byteCount
            if rest[0] & 0x20 != 0 {
                // The last byte counts the padding, itself included.
                let padding = Int(rest[byteCount - 1])
                guard padding > 0, padding <= byteCount - 4 else { throw .invalidPadding }
                end -= padding
            }
            packets.append(try decode(type: rest[1], count: Int(rest[0] & 0x1F), rest.part(4..<end)))
            rest = rest.part(byteCount..<rest.count)
        }
        return packets
    }

    private static func decode(
        type: UInt8,
        count: Int,
        _ body: UnsafeRawBufferPointer
    ) throws(RTCPError) -> RTCPPacket {
        switch type {
        case PacketType.senderReport: .report(try RTCPReport(decoding: body, count: count, isSender: true))
        case PacketType.receiverReport: .report(try RTCPReport(decoding: body, count: count, isSender: false))
        case PacketType.sourceDescription: .sourceDescription(try sourceNames(body, count: count))
        case PacketType.goodbye: .goodbye(try goodbye(body, count: count))
        default: .other(type: type)
        }
    }

    /// The reason behind the sources is not read.
    private static func goodbye(_ body: UnsafeRawBufferPointer, count: Int) throws(RTCPError) -> [UInt32] {
        guard body.count >= 4 * count else { throw .truncated }
        return (0..<count).map { body.word32(at: 4 * $0) }
    }

    /// Chunks of items, each chunk ended by an item of type 0 and filled up to whole words.
    private static func sourceNames(
        _ body: UnsafeRawBufferPointer,
        count: Int
    ) throws(RTCPError) -> [RTCPSourceName] {
        var names: [RTCPSourceName] = []
        var offset = 0
        for _ in 0..<count {
            guard offset + 4 <= body.count else { throw .truncated }
            var name = RTCPSourceName(ssrc: body.word32(at: offset), canonicalName: "")
            offset += 4
            while true {
                guard offset < body.count else { throw .truncated }
                let type = body[offset]
                if type == 0 { break }
                guard offset + 2 <= body.count else { throw .truncated }
                let end = offset + 2 + Int(body[offset + 1])
                guard end <= body.count else { throw .truncated }
                if type == 1 { name.canonicalName = String(decoding: body[offset + 2..<end], as: UTF8.self) }
                offset = end
            }
            offset = (offset / 4 + 1) * 4
            names.append(name)
        }
        return names
    }
}

extension RTCPReport {
    fileprivate init(decoding body: UnsafeRawBufferPointer, count: Int, isSender: Bool) throws(RTCPError) {
        let infoByteCount = isSender ? 20 : 0
        guard body.count >= 4 + infoByteCount + count * RTCPReportBlock.byteCount else { throw .truncated }
        self.init(ssrc: body.word32(at: 0))
        if isSender {
            senderInfo = RTCPSenderInfo(
                time: NTPTime(rawValue: UInt64(body.word32(at: 4)) << 32 | UInt64(body.word32(at: 8))),
                timestamp: body.word32(at: 12),
                packetCount: body.word32(at: 16),
                byteCount: body.word32(at: 20)
            )
        }
        for index in 0..<count {
            blocks.append(RTCPReportBlock(body, at: 4 + infoByteCount + index * RTCPReportBlock.byteCount))
        }
    }
}

extension RTCPReportBlock {
    /// The caller knows that the bytes are there.
    fileprivate init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        let lost = bytes.word32(at: offset + 4)
        self.init(
            ssrc: bytes.word32(at: offset),
            fractionLost: UInt8(truncatingIfNeeded: lost >> 24),
            cumulativeLost: Int32(bitPattern: lost << 8) >> 8,
            highestSequence: bytes.word32(at: offset + 8),
            jitter: bytes.word32(at: offset + 12),
            lastSenderReport: bytes.word32(at: offset + 16),
            delaySinceSenderReport: bytes.word32(at: offset + 20)
        )
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func word16(at offset: Int) -> UInt16 {
        UInt16(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    fileprivate func word32(at offset: Int) -> UInt32 {
        UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    fileprivate func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[range])
    }
}
