/// An endless transport stream in which every packet says which one it is.
///
/// Packet *n* is a pure function of *n*, so that a receiver can be held to "identical, in order, none missing" without
/// keeping what was sent. The stream is well formed: PAT, PMT, PES with PTS, PCR, continuity counters. It cannot be
/// decoded: the video payload is noise.
public struct SyntheticStream: Hashable, Sendable {
    public static let packetLength = 188
    /// PID of the program map table.
    public static let programMapPID = 0x1000
    /// PID of the video stream, which carries the PCR too.
    public static let videoPID = 0x100
    /// Packets from one PAT to the next; the PMT follows the PAT, the rest is video.
    public static let packetsPerCycle = 50

    /// Makes streams differ: it stands in each packet.
    public var identifier: UInt32
    /// What the PCR claims, in bits per second.
    public var bitrate: Int

    public init(identifier: UInt32 = 1, bitrate: Int = 5_000_000) {
        self.identifier = identifier
        self.bitrate = bitrate
    }

    /// The 188 bytes of packet `index`.
    public func packet(_ index: UInt64) -> [UInt8] {
        let place = Int(index % UInt64(Self.packetsPerCycle))
        let cycle = index / UInt64(Self.packetsPerCycle)
        let videoPerCycle = UInt64(Self.packetsPerCycle - 2)
        switch place {
        case 0: return assemble(index, pid: 0, counter: cycle, unitStart: true, clock: nil, Self.section(Self.programs))
        case 1:
            let payload = Self.section(Self.programMap)
            return assemble(index, pid: Self.programMapPID, counter: cycle, unitStart: true, clock: nil, payload)
        default:
            let isFirst = place == 2
            let counter = cycle &* videoPerCycle &+ UInt64(place - 2)
            let clock = index &* UInt64(Self.packetLength * 8) &* 27_000_000 / UInt64(bitrate)
            return assemble(
                index,
                pid: Self.videoPID,
                counter: counter,
                unitStart: isFirst,
                clock: isFirst ? clock : nil,
                isFirst ? Self.pesHeader(presentation: clock / 300 &+ 9_000) : []
            )
        }
    }

    /// Packets `first` to `first + count`, joined.
    public func bytes(from first: UInt64, count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * Self.packetLength)
        for offset in 0..<UInt64(count) { bytes += packet(first &+ offset) }
        return bytes
    }

    /// Which stream and packet these 188 bytes claim to be, or nil when they are not of a synthetic stream.
    public static func identify(_ packet: some Collection<UInt8>) -> (identifier: UInt32, index: UInt64)? {
        let bytes = Array(packet.prefix(20))
        guard packet.count == packetLength, bytes[0] == 0x47, bytes[3] & 0x20 != 0 else { return nil }
        // The private data comes after the PCR where there is one.
        let hasClock = bytes[5] & 0x10 != 0
        let offset = hasClock ? 12 : 6
        let needed = Array(packet.prefix(offset + 13))
        guard bytes[5] & 0x02 != 0, needed[offset] == 12 else { return nil }
        let value = { (range: Range<Int>) in needed[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        return (UInt32(value(offset + 1..<offset + 5)), value(offset + 5..<offset + 13))
    }

    private func assemble(
        _ index: UInt64,
        pid: Int,
        counter: UInt64,
        unitStart: Bool,
        clock: UInt64?,
        _ payload: [UInt8]
    ) -> [UInt8] {
        // ISO/IEC 13818-1 §2.4.3.2, always with an adaptation field, whose private data holds identifier and index.
        var packet: [UInt8] = [
            0x47, (unitStart ? 0x40 : 0) | UInt8(pid >> 8), UInt8(pid & 0xff), 0x30 | UInt8(counter & 0x0f),
        ]
        // Each unit that brings a clock claims to be a random access point.
        var field: [UInt8] = [clock == nil ? 0x02 : 0x52]
        if let clock {
            let base = (clock / 300) & 0x1_ffff_ffff
            let extension27 = clock % 300
            field += [25, 17, 9, 1].map { UInt8(truncatingIfNeeded: base >> UInt64($0)) }
            field += [UInt8(base & 1) << 7 | 0x7e | UInt8(extension27 >> 8), UInt8(extension27 & 0xff)]
        }
        field.append(12)
        field += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: identifier >> UInt32($0)) }
        field += stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: index >> UInt64($0)) }
        packet.append(UInt8(field.count))
        packet += field
        packet += payload
        // Section stuffing is 0xff; video is noise without zeros, thus without start codes.
        let isVideo = pid == Self.videoPID
        var noise = index &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(identifier)
        while packet.count < Self.packetLength {
            noise = noise &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            packet.append(isVideo ? UInt8(truncatingIfNeeded: noise >> 56) | 1 : 0xff)
        }
        return packet
    }

    /// PES header with a PTS of 90 kHz ticks (ISO/IEC 13818-1 §2.4.3.6) and an H.264 access unit delimiter.
    private static func pesHeader(presentation: UInt64) -> [UInt8] {
        let ticks = presentation & 0x1_ffff_ffff
        return [
            0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5,
            0x21 | UInt8(ticks >> 30 & 7) << 1, UInt8(ticks >> 22 & 0xff), 0x01 | UInt8(ticks >> 15 & 0x7f) << 1,
            UInt8(ticks >> 7 & 0xff), 0x01 | UInt8(ticks & 0x7f) << 1,
            0, 0, 0, 1, 0x09, 0xf0,
        ]
    }

    /// PAT with program 1 (ISO/IEC 13818-1 §2.4.4.3), without CRC.
    private static let programs: [UInt8] = [
        0x00, 0xb0, 13, 0, 1, 0xc1, 0, 0,
        0, 1, 0xe0 | UInt8(programMapPID >> 8), UInt8(programMapPID & 0xff),
    ]

    /// PMT with one H.264 stream (ISO/IEC 13818-1 §2.4.4.8), without CRC.
    private static let programMap: [UInt8] = [
        0x02, 0xb0, 18, 0, 1, 0xc1, 0, 0,
        0xe0 | UInt8(videoPID >> 8), UInt8(videoPID & 0xff), 0xf0, 0,
        0x1b, 0xe0 | UInt8(videoPID >> 8), UInt8(videoPID & 0xff), 0xf0, 0,
    ]

    /// A pointer field, the section and its CRC-32/MPEG-2.
    private static func section(_ body: [UInt8]) -> [UInt8] {
        let checksum = body.reduce(UInt32.max) { checksum, byte in
            (0..<8).reduce(checksum ^ UInt32(byte) << 24) { value, _ in
                value & 0x8000_0000 == 0 ? value << 1 : value << 1 ^ 0x04c1_1db7
            }
        }
        return [0] + body + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> UInt32($0)) }
    }
}
