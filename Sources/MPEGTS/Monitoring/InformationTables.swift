import Media

/// Checks the tables beside PAT and PMT that ETSI TR 101 290 §5.2.2 names under CRC_error: CAT, NIT, SDT, BAT, EIT and
/// TOT, ETSI EN 300 468 §5.1.3. What they say is not looked at.
struct InformationTables: Sendable {
    /// The longest section of these tables: `section_length` up to 4093, EN 300 468 §5.1.1.
    static let maximumSectionBytes = 4096
    static let conditionalAccessPID: UInt16 = 1
    private static let conditionalAccessTable: UInt8 = 0x01

    /// Sections whose CRC-32 was wrong.
    private(set) var crcErrors: UInt64 = 0
    private(set) var conditionalAccessSections: UInt64 = 0
    /// Sections of another table on PID 1.
    private(set) var foreignSections: UInt64 = 0
    /// Of the PIDs that were seen.
    private var assemblers: [(pid: UInt16, assembler: SectionAssembler)] = []

    init() {}

    /// CAT; NIT; SDT and BAT; EIT; TDT and TOT.
    static func isOne(_ pid: UInt16) -> Bool {
        switch pid {
        case conditionalAccessPID, 0x10, 0x11, 0x12, 0x14: true
        default: false
        }
    }

    /// A packet of this PID was lost: what had begun cannot be completed.
    mutating func packetLost(pid: UInt16) {
        guard let index = assemblers.firstIndex(where: { $0.pid == pid }) else { return }
        assemblers[index].assembler.reset()
    }

    /// Takes a packet of a PID for which `isOne` holds.
    mutating func consume(_ packet: TSPacket) {
        guard let payload = packet.payload, !packet.isScrambled else { return }
        let pid = packet.pid
        let index = assemblers.firstIndex { $0.pid == pid } ?? assemblers.endIndex
        if index == assemblers.endIndex {
            assemblers.append((pid, SectionAssembler(maximumSectionBytes: Self.maximumSectionBytes)))
        }
        var assembler = SectionAssembler()
        swap(&assembler, &assemblers[index].assembler)
        assembler.consume(payload, startsUnit: packet.startsPayloadUnit) { check($0, pid: pid) }
        swap(&assembler, &assemblers[index].assembler)
    }

    private mutating func check(_ section: UnsafeRawBufferPointer, pid: UInt16) {
        guard let tableID = section.first else { return }
        if pid == Self.conditionalAccessPID {
            if tableID == Self.conditionalAccessTable {
                conditionalAccessSections &+= 1
            } else {
                foreignSections &+= 1
            }
        }
        if Self.hasChecksum(tableID), CyclicRedundancyCheck.value(of: section) != 0 { crcErrors &+= 1 }
    }

    /// EN 300 468 table 2. TDT (0x70), RST (0x71) and ST (0x72) have none.
    private static func hasChecksum(_ tableID: UInt8) -> Bool {
        switch tableID {
        case conditionalAccessTable, 0x40, 0x41, 0x42, 0x46, 0x4A, 0x4E...0x6F, 0x73: true
        default: false
        }
    }
}
