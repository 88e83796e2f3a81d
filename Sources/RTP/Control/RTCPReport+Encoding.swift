public import NIOCore

extension RTCPReport {
    /// Writes a compound packet: the report, the reporter's name, and, when it is the last, the goodbye; RFC 3550 §6.1.
    ///
    /// - Parameter canonicalName: at most 255 bytes count.
    public func write(canonicalName: String, isLast: Bool = false, to buffer: inout ByteBuffer) {
        writeReport(to: &buffer)
        Self.writeName(canonicalName, of: ssrc, to: &buffer)
        if isLast { Self.write(type: RTCPPacket.PacketType.goodbye, count: 1, to: &buffer) { $0.writeInteger(ssrc) } }
    }

    private func writeReport(to buffer: inout ByteBuffer) {
        let written = blocks.prefix(Self.maximumBlocks)
        let type = senderInfo == nil ? RTCPPacket.PacketType.receiverReport : RTCPPacket.PacketType.senderReport
        Self.write(type: type, count: written.count, to: &buffer) { body in
            body.writeInteger(ssrc)
            if let senderInfo {
                body.writeInteger(senderInfo.time.rawValue)
                body.writeMultipleIntegers(senderInfo.timestamp, senderInfo.packetCount, senderInfo.byteCount)
            }
            for block in written { block.write(to: &body) }
        }
    }

    private static func writeName(_ name: String, of ssrc: UInt32, to buffer: inout ByteBuffer) {
        let bytes = name.utf8.prefix(RTCPSourceName.maximumNameBytes)
        write(type: RTCPPacket.PacketType.sourceDescription, count: 1, to: &buffer) { body in
            body.writeInteger(ssrc)
            body.writeMultipleIntegers(UInt8(1), UInt8(truncatingIfNeeded: bytes.count))
            body.writeBytes(bytes)
            // At least one byte ends the items, and they fill whole words.
            body.writeRepeatingByte(0, count: 4 - (2 + bytes.count) % 4)
        }
    }

    /// The header, and the length in words behind it when the body is there.
    private static func write(type: UInt8, count: Int, to buffer: inout ByteBuffer, body: (inout ByteBuffer) -> Void) {
        let start = buffer.writerIndex
        buffer.writeMultipleIntegers(0x80 | UInt8(truncatingIfNeeded: count), type, UInt16(0))
        body(&buffer)
        buffer.setInteger(UInt16(truncatingIfNeeded: (buffer.writerIndex - start) / 4 - 1), at: start + 2)
    }
}

extension RTCPReportBlock {
    fileprivate func write(to buffer: inout ByteBuffer) {
        let limits = Self.lossLimits
        let lost = UInt32(bitPattern: min(max(cumulativeLost, limits.lowerBound), limits.upperBound)) & 0xFF_FFFF
        buffer.writeMultipleIntegers(
            ssrc,
            UInt32(fractionLost) << 24 | lost,
            highestSequence,
            jitter,
            lastSenderReport,
            delaySinceSenderReport
        )
    }
}
