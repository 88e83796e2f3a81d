import Media

@testable import MPEGTS

/// Makes packets for tests.
enum TestPackets {
    /// One packet; `payload` is cut or filled up with 0xFF.
    static func packet(
        pid: UInt16,
        counter: Int,
        starts: Bool = false,
        hasPayload: Bool = true,
        isDamaged: Bool = false,
        isDiscontinuous: Bool = false,
        isRandomAccess: Bool = false,
        clock: UInt64? = nil,
        payload: [UInt8] = []
    ) -> [UInt8] {
        var bytes: [UInt8] = [
            0x47,
            (isDamaged ? 0x80 : 0) | (starts ? 0x40 : 0) | UInt8(pid >> 8),
            UInt8(truncatingIfNeeded: pid),
        ]
        var adaptation: [UInt8] = []
        if isDiscontinuous || isRandomAccess || clock != nil || !hasPayload {
            adaptation.append((isDiscontinuous ? 0x80 : 0) | (isRandomAccess ? 0x40 : 0) | (clock != nil ? 0x10 : 0))
            if let clock {
                let base = clock / 300 % (1 << 33)
                let remainder = clock % 300
                adaptation += [25, 17, 9, 1].map { UInt8(truncatingIfNeeded: base >> $0) }
                adaptation.append(UInt8(base & 1) << 7 | 0x7E | UInt8(remainder >> 8))
                adaptation.append(UInt8(truncatingIfNeeded: remainder))
            }
            if !hasPayload { adaptation += Array(repeating: 0xFF, count: 183 - adaptation.count) }
        }
        bytes.append((adaptation.isEmpty ? 0 : 0x20) | (hasPayload ? 0x10 : 0) | UInt8(counter & 0xF))
        if !adaptation.isEmpty { bytes += [UInt8(adaptation.count)] + adaptation }
        bytes += payload.prefix(188 - bytes.count)
        return bytes + Array(repeating: 0xFF, count: 188 - bytes.count)
    }

    static let null = packet(pid: 0x1FFF, counter: 0)

    /// A long section with its CRC.
    static func section(
        tableID: UInt8,
        extension number: UInt16,
        version: UInt8 = 0,
        isCurrent: Bool = true,
        section: UInt8 = 0,
        lastSection: UInt8 = 0,
        body: [UInt8]
    ) -> [UInt8] {
        let length = body.count + 9
        var bytes: [UInt8] = [
            tableID, 0xB0 | UInt8(length >> 8), UInt8(truncatingIfNeeded: length),
            UInt8(number >> 8), UInt8(truncatingIfNeeded: number),
            0xC0 | version << 1 | (isCurrent ? 1 : 0), section, lastSection,
        ]
        bytes += body
        let crc = bytes.withUnsafeBytes(CyclicRedundancyCheck.value)
        return bytes + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: crc >> $0) }
    }

    static func pat(_ programs: [(number: UInt16, pid: UInt16)], version: UInt8 = 0) -> [UInt8] {
        var body: [UInt8] = []
        for program in programs { body += bytes(program.number) + bytes(0xE000 | program.pid) }
        return section(tableID: 0, extension: 1, version: version, body: body)
    }

    static func pmt(
        program: UInt16 = 1,
        clockPID: UInt16 = 0x100,
        version: UInt8 = 0,
        _ streams: [(type: UInt8, pid: UInt16, descriptors: [UInt8])]
    ) -> [UInt8] {
        var body = bytes(0xE000 | clockPID) + [0xF0, 0]
        for stream in streams {
            body.append(stream.type)
            body += bytes(0xE000 | stream.pid)
            body += bytes(0xF000 | UInt16(stream.descriptors.count))
            body += stream.descriptors
        }
        return section(tableID: 2, extension: program, version: version, body: body)
    }

    private static func bytes(_ value: UInt16) -> [UInt8] {
        [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
    }

    /// A section in as many packets as it needs.
    static func packets(of section: [UInt8], pid: UInt16, counter: Int = 0) -> [[UInt8]] {
        var rest = [0] + section
        var packets: [[UInt8]] = []
        while !rest.isEmpty {
            packets.append(
                packet(pid: pid, counter: counter + packets.count, starts: packets.isEmpty, payload: rest)
            )
            rest = Array(rest.dropFirst(184))
        }
        return packets
    }

    /// PAT and PMT of one program with H.264 on 0x100 and AAC on 0x101.
    static var tables: [[UInt8]] {
        packets(of: pat([(1, 0x1000)]), pid: 0)
            + packets(of: pmt([(0x1B, 0x100, []), (0x0F, 0x101, [])]), pid: 0x1000)
    }

    /// The first packet of a video PES packet.
    static func pes(pts: UInt64, dts: UInt64? = nil, streamID: UInt8 = 0xE0) -> [UInt8] {
        func field(_ name: UInt8, _ ticks: UInt64) -> [UInt8] {
            [
                name << 4 | UInt8(ticks >> 30 & 7) << 1 | 1,
                UInt8(truncatingIfNeeded: ticks >> 22), UInt8(truncatingIfNeeded: ticks >> 14) | 1,
                UInt8(truncatingIfNeeded: ticks >> 7), UInt8(truncatingIfNeeded: ticks << 1) | 1,
            ]
        }
        let fields = dts.map { field(3, pts) + field(1, $0) } ?? field(2, pts)
        return [0, 0, 1, streamID, 0, 0, 0x80, dts == nil ? 0x80 : 0xC0, UInt8(fields.count)] + fields
    }
}

extension TSInspector {
    mutating func inspect(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { inspect($0, at: .zero) }
    }

    mutating func inspect(_ packets: [[UInt8]]) {
        inspect(Array(packets.joined()))
    }

    static func inspecting(_ packets: [[UInt8]]) -> TSSnapshot {
        var inspector = TSInspector()
        inspector.inspect(packets)
        return inspector.snapshot()
    }
}

extension TSAligner {
    mutating func append(_ bytes: [UInt8]) -> [UInt8] {
        var whole: [UInt8] = []
        bytes.withUnsafeBytes { append($0) { whole += $0 } }
        return whole
    }
}
