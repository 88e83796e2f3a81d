import NIOCore

/// Packets of 188 bytes back to back, appended one by one; the memory is used again.
struct TSPacketBuffer: Sendable {
    /// Memory beyond this goes back when the packets were taken.
    static let maximumRetainedBytes = 1 << 20
    /// In long access units that carry the clock it comes again after so many packets.
    static let clockSpacing = 64

    private var bytes = ByteBuffer()

    /// The memory that is held, in bytes.
    var capacity: Int { bytes.capacity }

    mutating func take(_ body: (UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeReadableBytes(body)
        if bytes.capacity > Self.maximumRetainedBytes {
            bytes = ByteBuffer()
        } else {
            bytes.clear()
        }
    }

    /// Hands over the packets at the front, up to `maximumBytes` of them, and keeps the rest.
    mutating func take(upTo maximumBytes: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        guard maximumBytes < byteCount else { return take(body) }
        bytes.readWithUnsafeReadableBytes { readable in
            let count = maximumBytes / TSPacket.byteCount * TSPacket.byteCount
            body(UnsafeRawBufferPointer(rebasing: readable[..<count]))
            return count
        }
    }

    var isEmpty: Bool { bytes.readableBytes == 0 }
    var byteCount: Int { bytes.readableBytes }

    /// A copy of a packet, that `edit` may change.
    mutating func appendPacket(_ packet: TSPacket, _ edit: (UnsafeMutableRawPointer) -> Void) {
        append(maximumPackets: 1) { copy in
            copy.copyMemory(from: packet.base, byteCount: TSPacket.byteCount)
            edit(copy)
            return 1
        }
    }

    /// Packets as they are.
    mutating func appendPackets(_ packets: UnsafeRawBufferPointer) {
        bytes.writeBytes(packets)
    }

    /// A section, from its table ID to its CRC, in as many packets as it takes: ISO/IEC 13818-1 §2.4.4.
    ///
    /// - Parameter nextContinuity: gives the counter of each packet.
    mutating func appendSection(_ section: [UInt8], pid: UInt16, nextContinuity: () -> UInt8) {
        var offset = 0
        repeat {
            append(maximumPackets: 1) { packet in
                var continuity = nextContinuity()
                Self.writeHeader(to: packet, pid: pid, startsUnit: offset == 0, control: 0x10, continuity: &continuity)
                var payload = 4
                if offset == 0 {
                    packet.storeBytes(of: 0, toByteOffset: 4, as: UInt8.self)  // pointer_field
                    payload = 5
                }
                let count = min(section.count - offset, TSPacket.byteCount - payload)
                section.withUnsafeBytes { section in
                    guard count > 0, let base = section.baseAddress else { return }
                    (packet + payload).copyMemory(from: base + offset, byteCount: count)
                }
                Self.fill(packet, from: payload + count)
                offset += count
                return 1
            }
        } while offset < section.count
    }

    /// A packet with a clock and no payload; `continuity` is the counter of the next that has one.
    mutating func appendClock(_ clock: ClockReference, pid: UInt16, continuity: UInt8, isDiscontinuous: Bool) {
        append(maximumPackets: 1) { packet in
            var previous = continuity &- 1
            Self.writeHeader(to: packet, pid: pid, startsUnit: false, control: 0x20, continuity: &previous)
            packet.storeBytes(of: 183, toByteOffset: 4, as: UInt8.self)
            packet.storeBytes(of: 0x10 | (isDiscontinuous ? 0x80 : 0), toByteOffset: 5, as: UInt8.self)
            clock.write(to: packet + 6)
            Self.fill(packet, from: 12)
            return 1
        }
    }

    /// The clocks in the packets of an access unit.
    struct UnitClock {
        /// In the first packet; ticks of 27 MHz, unwrapped, as the others.
        var first: Int64?
        /// Those that come every `clockSpacing` packets lie evenly between these.
        var start: Int64
        var span: Int64

        func clock(inPacket index: Int, of count: Int) -> Int64? {
            if index == 0 { return first }
            guard span > 0, index.isMultiple(of: TSPacketBuffer.clockSpacing), index < count else { return nil }
            return start &+ Int64(Double(span) * Double(index) / Double(count))
        }
    }

    /// A PES packet: header and data one after the other, in as many packets as it takes.
    ///
    /// - Returns: The last clock that was written.
    mutating func appendUnit(
        _ header: PESHeaderBytes,
        _ data: UnsafeRawBufferPointer,
        pid: UInt16,
        continuity: inout UInt8,
        clock: UnitClock?,
        isRandomAccess: Bool,
        isDiscontinuous: Bool
    ) -> Int64? {
        var lastClock: Int64?
        let byteCount = header.byteCount + data.count
        let plainCount = (byteCount + 183) / 184
        // A packet holds at least 176 bytes: 188 less its header and an adaptation field with a clock.
        append(maximumPackets: byteCount / 176 + 2) { packets in
            var packet = packets
            var index = 0
            var offset = 0
            while index == 0 || offset < data.count {
                let isFirst = index == 0
                let clock = clock?.clock(inPacket: index, of: plainCount)
                let flags: UInt8 =
                    (isFirst && isDiscontinuous ? 0x80 : 0) | (isFirst && isRandomAccess ? 0x40 : 0)
                    | (clock == nil ? 0 : 0x10)
                // Length, flags and clock of the adaptation field.
                let fieldByteCount = flags == 0 ? 0 : clock == nil ? 2 : 8
                let headerByteCount = isFirst ? header.byteCount : 0
                let room = TSPacket.byteCount - 4 - fieldByteCount - headerByteCount
                let count = min(room, data.count - offset)
                let stuffing = room - count
                Self.writeHeader(
                    to: packet,
                    pid: pid,
                    startsUnit: isFirst,
                    control: fieldByteCount + stuffing > 0 ? 0x30 : 0x10,
                    continuity: &continuity
                )
                Self.writeField(to: packet + 4, byteCount: fieldByteCount + stuffing, flags: flags, clock: clock)
                var payload = packet + 4 + fieldByteCount + stuffing
                if isFirst {
                    header.write(to: payload)
                    payload += headerByteCount
                }
                if count > 0, let base = data.baseAddress {
                    payload.copyMemory(from: base + offset, byteCount: count)
                }
                lastClock = clock ?? lastClock
                offset += count
                index += 1
                packet += TSPacket.byteCount
            }
            return index
        }
        return lastClock
    }

    // MARK: Bytes

    /// `write` gets memory for so many packets and tells how many it wrote.
    private mutating func append(maximumPackets: Int, write: (UnsafeMutableRawPointer) -> Int) {
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: maximumPackets * TSPacket.byteCount) { room in
            guard let base = room.baseAddress else { return 0 }
            return write(base) * TSPacket.byteCount
        }
    }

    private static func writeHeader(
        to packet: UnsafeMutableRawPointer,
        pid: UInt16,
        startsUnit: Bool,
        control: UInt8,
        continuity: inout UInt8
    ) {
        let first = UInt32(TSPacket.syncByte) << 24 | (startsUnit ? 0x40_0000 : 0)
        let header = first | UInt32(pid & 0x1FFF) << 8 | UInt32(control | continuity & 0x0F)
        packet.storeBytes(of: header.bigEndian, as: UInt32.self)
        continuity = (continuity &+ 1) & 0x0F
    }

    /// An adaptation field of `byteCount` bytes, its length included, stuffed; none when that is 0.
    private static func writeField(
        to field: UnsafeMutableRawPointer,
        byteCount: Int,
        flags: UInt8,
        clock: Int64?
    ) {
        guard byteCount > 0 else { return }
        field.storeBytes(of: UInt8(truncatingIfNeeded: byteCount - 1), as: UInt8.self)
        guard byteCount > 1 else { return }
        field.storeBytes(of: flags, toByteOffset: 1, as: UInt8.self)
        var used = 2
        if let clock {
            ClockReference(wrapping: clock).write(to: field + 2)
            used = 8
        }
        if byteCount > used {
            (field + used).initializeMemory(as: UInt8.self, repeating: 0xFF, count: byteCount - used)
        }
    }

    private static func fill(_ packet: UnsafeMutableRawPointer, from offset: Int) {
        let count = TSPacket.byteCount - offset
        if count > 0 { (packet + offset).initializeMemory(as: UInt8.self, repeating: 0xFF, count: count) }
    }
}

extension ClockReference {
    /// A count that does not wrap, and may be below zero, as one that does and is not.
    init(wrapping ticks: Int64) {
        let period = Int64(Self.period)
        let rest = ticks % period
        self.init(ticks: UInt64(rest < 0 ? rest + period : rest))
    }
}
