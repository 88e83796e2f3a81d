/// What the PMT says of a stream.
struct StreamDescription: Hashable, Sendable {
    var pid: UInt16
    var streamType: UInt8
    var descriptors: [UInt8]
}

/// Writes the PAT and PMT of one program, ISO/IEC 13818-1 §2.4.4. The sections are made when the streams change, and each
/// is whole in one packet: the PMT has 167 bytes for its streams, of which each takes 15 at most.
struct ProgramTableWriter: Sendable {
    static let programNumber: UInt16 = 1
    static let mapPID: UInt16 = 0x1000

    private var streams: [StreamDescription] = []
    private var clockPID: UInt16 = TSPacket.nullPID
    private var version: UInt8 = 0
    private var hasWritten = false
    private let association = Self.section(
        tableID: 0x00,
        identifier: 1,
        version: 0,
        [Self.programNumber, 0xE000 | Self.mapPID].flatMap(Self.bytes)
    )
    private var map: [UInt8] = []
    private var associationContinuity: UInt8 = 0
    private var mapContinuity: UInt8 = 0

    /// - Returns: Whether that is a change, which receivers are to hear of soon.
    mutating func set(_ streams: [StreamDescription], clockPID: UInt16) -> Bool {
        guard streams != self.streams || clockPID != self.clockPID else { return false }
        self.streams = streams
        self.clockPID = clockPID
        if hasWritten { version = (version + 1) & 0x1F }
        hasWritten = false
        var body = Self.bytes(0xE000 | clockPID) + Self.bytes(0xF000)
        for stream in streams {
            body.append(stream.streamType)
            body += Self.bytes(0xE000 | stream.pid)
            body += Self.bytes(0xF000 | UInt16(stream.descriptors.count)) + stream.descriptors
        }
        map = Self.section(tableID: 0x02, identifier: Self.programNumber, version: version, body)
        return true
    }

    mutating func write(to buffer: inout TSPacketBuffer) {
        hasWritten = true
        buffer.appendSection(association, pid: 0) { Self.next(&associationContinuity) }
        buffer.appendSection(map, pid: Self.mapPID) { Self.next(&mapContinuity) }
    }

    private static func next(_ continuity: inout UInt8) -> UInt8 {
        defer { continuity = (continuity &+ 1) & 0x0F }
        return continuity
    }

    private static func section(tableID: UInt8, identifier: UInt16, version: UInt8, _ body: [UInt8]) -> [UInt8] {
        var section: [UInt8] = [tableID] + bytes(0xB000 | UInt16(body.count + 9)) + bytes(identifier)
        section += [0xC1 | version << 1, 0, 0] + body
        let code = section.withUnsafeBytes { CyclicRedundancyCheck.value(of: $0) }
        return section + bytes(UInt16(code >> 16)) + bytes(UInt16(code & 0xFFFF))
    }

    private static func bytes(_ value: UInt16) -> [UInt8] {
        [UInt8(value >> 8), UInt8(value & 0xFF)]
    }
}
