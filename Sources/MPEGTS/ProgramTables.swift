/// One elementary stream of a program.
public struct TSStream: Hashable, Sendable {
    public var pid: UInt16
    /// `stream_type` in the PMT.
    public var streamType: UInt8
    public var codec: StreamCodec
    /// ISO 639 code from the language descriptor.
    public var language: String?
    /// The program it belongs to.
    public var programNumber: UInt16
    /// `channel_config_code` of Opus' extension descriptor: up to 8, the number of channels.
    var opusChannelCode: UInt8?
}

/// One program of the PAT, with what its PMT said.
public struct TSProgram: Hashable, Sendable {
    public var number: UInt16
    public var mapPID: UInt16
    /// Nil until the PMT came, or when the program has no clock.
    public var pcrPID: UInt16?
    public var streams: [TSStream] = []
    /// `version_number` of the PMT, nil until it came.
    public var version: UInt8?

    /// The section that said so.
    var section: [UInt8] = []

    init(number: UInt16, mapPID: UInt16) {
        self.number = number
        self.mapPID = mapPID
    }
}

extension [TSProgram] {
    /// Where decoding can begin: the first video stream, or else the first sound.
    var leadingStream: TSStream? {
        let streams = lazy.flatMap(\.streams)
        return streams.first { $0.codec.kind == .video } ?? streams.first { $0.codec.kind == .audio }
    }
}

/// Follows PAT and PMT, ISO/IEC 13818-1 §2.4.4: fed with the packets of table PIDs, it knows programs and streams.
struct ProgramTables: Sendable {
    /// Programs beyond this many are not followed.
    static let maximumPrograms = 64
    /// Streams over all programs beyond this many are left out.
    static let maximumStreams = 256
    /// `table_id`, ISO/IEC 13818-1 table 2-31.
    private static let associationTable: UInt8 = 0x00
    private static let mapTable: UInt8 = 0x02

    private(set) var programs: [TSProgram] = []
    /// Sections whose CRC-32 was wrong.
    private(set) var crcErrors: UInt64 = 0
    /// How often a table replaced an earlier version of itself.
    private(set) var versionChanges: UInt64 = 0

    /// Grows with every change, the first tables included.
    private(set) var changes: UInt64 = 0
    /// Sections of the PAT on PID 0 and of PMTs elsewhere, right or wrong, and sections of other tables on PID 0.
    private(set) var ownSections: UInt64 = 0
    private(set) var foreignSections: UInt64 = 0

    private var association = Association()
    private var associationAssembler = SectionAssembler()
    private var mapAssemblers: [(pid: UInt16, assembler: SectionAssembler)] = []

    /// What is kept of the current PAT to tell a repetition from a change.
    private struct Association: Sendable {
        var isKnown = false
        var version: UInt8 = 0
        var transportStreamID: UInt16 = 0
        /// By section number.
        var sections: [UInt8: [UInt8]] = [:]
    }

    init() {}

    /// The sections of the PAT, in order; none before it came.
    var associationSections: [[UInt8]] { association.sections.sorted { $0.key < $1.key }.map(\.value) }

    var leadingStream: TSStream? { programs.leadingStream }

    /// The first program's clock.
    var pcrPID: UInt16? {
        for program in programs { if let pid = program.pcrPID { return pid } }
        return nil
    }

    func isTable(_ pid: UInt16) -> Bool {
        pid == 0 || programs.contains { $0.mapPID == pid }
    }

    /// What the stream on a PID is, as the first program says that names it.
    func kind(of pid: UInt16) -> StreamCodec.Kind? {
        for program in programs {
            for stream in program.streams where stream.pid == pid { return stream.codec.kind }
        }
        return nil
    }

    /// Whether it carries a program's clock.
    func isClock(_ pid: UInt16) -> Bool { programs.contains { $0.pcrPID == pid } }

    /// A packet of this PID was lost: what had begun cannot be completed.
    mutating func packetLost(pid: UInt16) {
        if pid == 0 {
            associationAssembler.reset()
        } else if let index = mapAssemblers.firstIndex(where: { $0.pid == pid }) {
            mapAssemblers[index].assembler.reset()
        }
    }

    /// Takes a packet of a PID for which `isTable` holds; true when programs or streams changed.
    mutating func consume(_ packet: TSPacket) -> Bool {
        guard let payload = packet.payload, !packet.isScrambled else { return false }
        let pid = packet.pid
        var changed = false
        if pid == 0 {
            var assembler = SectionAssembler()
            swap(&assembler, &associationAssembler)
            assembler.consume(payload, startsUnit: packet.startsPayloadUnit) {
                if $0.first == Self.associationTable { ownSections &+= 1 } else { foreignSections &+= 1 }
                if consumeAssociation($0) { changed = true }
            }
            swap(&assembler, &associationAssembler)
        } else if let index = mapAssemblers.firstIndex(where: { $0.pid == pid }) {
            var assembler = SectionAssembler()
            swap(&assembler, &mapAssemblers[index].assembler)
            assembler.consume(payload, startsUnit: packet.startsPayloadUnit) {
                if $0.first == Self.mapTable { ownSections &+= 1 }
                if consumeMap($0, pid: pid) { changed = true }
            }
            swap(&assembler, &mapAssemblers[index].assembler)
        }
        return changed
    }

    /// The fields that PAT and PMT sections share; nil when the section is not the table, not current, or broken.
    private mutating func header(of section: UnsafeRawBufferPointer, tableID: UInt8) -> SectionHeader? {
        guard section.count >= SectionHeader.byteCount + 4, section[0] == tableID, section[1] & 0x80 != 0 else {
            return nil
        }
        guard CyclicRedundancyCheck.value(of: section) == 0 else {
            crcErrors &+= 1
            return nil
        }
        let header = SectionHeader(section)
        return header.isCurrent ? header : nil
    }

    private mutating func consumeAssociation(_ section: UnsafeRawBufferPointer) -> Bool {
        guard let header = header(of: section, tableID: Self.associationTable) else { return false }
        let isSame =
            association.isKnown && association.version == header.version
            && association.transportStreamID == header.extension
        let previous = isSame ? association.sections[header.sectionNumber] : nil
        if let previous, section.elementsEqual(previous) { return false }
        let old = programs
        if !isSame || previous != nil {
            if association.isKnown { versionChanges &+= 1 }
            association = Association(
                isKnown: true,
                version: header.version,
                transportStreamID: header.extension
            )
            programs.removeAll(keepingCapacity: true)
        }
        changes &+= 1
        association.sections[header.sectionNumber] = Array(section)
        var offset = SectionHeader.byteCount
        while offset + 4 <= section.count - 4, programs.count < Self.maximumPrograms {
            let number = UInt16(section[offset]) << 8 | UInt16(section[offset + 1])
            let pid = UInt16(section[offset + 2] & 0x1F) << 8 | UInt16(section[offset + 3])
            offset += 4
            // Program 0 is the network information table; tables live neither on PID 0 nor on the null PID.
            guard number != 0, pid != 0, pid != TSPacket.nullPID, !programs.contains(where: { $0.number == number })
            else { continue }
            let known = old.first { $0.number == number && $0.mapPID == pid }
            programs.append(known ?? TSProgram(number: number, mapPID: pid))
        }
        mapAssemblers.removeAll { assembler in !programs.contains { $0.mapPID == assembler.pid } }
        for program in programs where !mapAssemblers.contains(where: { $0.pid == program.mapPID }) {
            mapAssemblers.append((program.mapPID, SectionAssembler()))
        }
        return true
    }

    private mutating func consumeMap(_ section: UnsafeRawBufferPointer, pid: UInt16) -> Bool {
        guard section.count >= 16, let header = header(of: section, tableID: Self.mapTable),
            let index = programs.firstIndex(where: { $0.number == header.extension && $0.mapPID == pid })
        else { return false }
        if programs[index].version != nil {
            if section.elementsEqual(programs[index].section) { return false }
            versionChanges &+= 1
        }
        let clock = UInt16(section[8] & 0x1F) << 8 | UInt16(section[9])
        programs[index].version = header.version
        changes &+= 1
        programs[index].section = Array(section)
        programs[index].pcrPID = clock == TSPacket.nullPID ? nil : clock
        programs[index].streams = []
        let others = programs.reduce(0) { $0 + $1.streams.count }
        programs[index].streams = Self.streams(
            in: section,
            programNumber: header.extension,
            limit: max(0, Self.maximumStreams - others)
        )
        return true
    }

    private static func streams(in section: UnsafeRawBufferPointer, programNumber: UInt16, limit: Int) -> [TSStream] {
        let end = section.count - 4
        var streams: [TSStream] = []
        var offset = 12 + (Int(section[10] & 0x0F) << 8 | Int(section[11]))
        while offset + 5 <= end, streams.count < limit {
            let length = Int(section[offset + 3] & 0x0F) << 8 | Int(section[offset + 4])
            let descriptorsEnd = min(offset + 5 + length, end)
            let descriptors = UnsafeRawBufferPointer(rebasing: section[offset + 5..<descriptorsEnd])
            streams.append(
                TSStream(
                    pid: UInt16(section[offset + 1] & 0x1F) << 8 | UInt16(section[offset + 2]),
                    streamType: section[offset],
                    codec: StreamCodec(streamType: section[offset], descriptors: descriptors),
                    language: language(in: descriptors),
                    programNumber: programNumber,
                    opusChannelCode: opusChannelCode(in: descriptors)
                )
            )
            offset += 5 + length
        }
        return streams
    }

    private static func opusChannelCode(in descriptors: UnsafeRawBufferPointer) -> UInt8? {
        var loop = DescriptorLoop(descriptors)
        while let descriptor = loop.next() {
            if descriptor.tag == 0x7F, descriptor.body.count >= 2, descriptor.body[0] == 0x80 {
                return descriptor.body[1]
            }
        }
        return nil
    }

    private static func language(in descriptors: UnsafeRawBufferPointer) -> String? {
        var loop = DescriptorLoop(descriptors)
        while let descriptor = loop.next() {
            guard descriptor.tag == 0x0A, descriptor.body.count >= 3 else { continue }
            let code = descriptor.body.prefix(3)
            let isLetters = code.allSatisfy { (0x61...0x7A).contains($0 | 0x20) }
            return isLetters ? String(decoding: code, as: UTF8.self) : nil
        }
        return nil
    }
}

/// The long section header, ISO/IEC 13818-1 §2.4.4.10, of a section that has at least this and its CRC.
private struct SectionHeader {
    static let byteCount = 8

    /// `transport_stream_id` or `program_number`.
    let `extension`: UInt16
    let version: UInt8
    let isCurrent: Bool
    let sectionNumber: UInt8

    init(_ section: UnsafeRawBufferPointer) {
        `extension` = UInt16(section[3]) << 8 | UInt16(section[4])
        version = section[5] >> 1 & 0x1F
        isCurrent = section[5] & 1 != 0
        sectionNumber = section[6]
    }
}
