/// What PAT and PMT say of a transport stream, with the sections that say it: what a receiver has been told.
struct TSTables: Hashable, Sendable {
    /// In order.
    var association: [[UInt8]]
    /// Those whose PMT is known.
    var programs: [TSProgram]

    var isEmpty: Bool { programs.isEmpty }

    var leadingStream: TSStream? { programs.leadingStream }

    init(association: [[UInt8]] = [], programs: [TSProgram] = []) {
        self.association = association
        self.programs = programs.filter { $0.version != nil }
    }

    /// By which PID of these tables a receiver that was told `other` will take each stream of `other`'s kind: empty when
    /// the streams are not the same in kind, codec and order, so that it has to be told again.
    func pidMap(to other: TSTables) -> [UInt16: UInt16]? {
        guard let own = programs.first, let known = other.programs.first,
            programs.count == 1, other.programs.count == 1,
            own.streams.count == known.streams.count
        else { return nil }
        var map: [UInt16: UInt16] = [:]
        for kind in StreamCodec.Kind.allCases {
            let ours = own.streams.filter { $0.codec.kind == kind }
            let theirs = known.streams.filter { $0.codec.kind == kind }
            guard ours.map(\.streamType) == theirs.map(\.streamType), ours.map(\.codec) == theirs.map(\.codec) else {
                return nil
            }
            for (stream, counterpart) in zip(ours, theirs) { map[stream.pid] = counterpart.pid }
        }
        map[own.mapPID] = known.mapPID
        switch (own.pcrPID, known.pcrPID) {
        case (nil, nil): break
        case (let clock?, let knownClock?):
            guard map[clock] ?? knownClock == knownClock else { return nil }
            map[clock] = knownClock
        default: return nil
        }
        return map
    }

    /// The same tables with versions other than those of `former`, so that a receiver that was told those takes them for
    /// news. What says the same as before keeps its version.
    func announced(after former: TSTables) -> TSTables {
        var tables = self
        if association != former.association, let version = former.association.first.map(Self.version) {
            tables.association = association.map { Self.section($0, version: version &+ 1) }
        }
        for index in tables.programs.indices {
            let program = tables.programs[index]
            guard let known = former.programs.first(where: { $0.mapPID == program.mapPID }),
                known.section != program.section
            else { continue }
            tables.programs[index].section = Self.section(program.section, version: Self.version(known.section) &+ 1)
        }
        return tables
    }

    /// `version_number`, ISO/IEC 13818-1 §2.4.4.5.
    private static func version(_ section: [UInt8]) -> UInt8 {
        section.count > 5 ? section[5] >> 1 & 0x1F : 0
    }

    private static func section(_ section: [UInt8], version: UInt8) -> [UInt8] {
        guard section.count >= 12 else { return section }
        var changed = section
        changed[5] = section[5] & 0xC1 | (version & 0x1F) << 1
        let code = changed.dropLast(4).withUnsafeBytes { CyclicRedundancyCheck.value(of: $0) }
        changed.replaceSubrange(
            (changed.count - 4)...,
            with: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: code >> $0) }
        )
        return changed
    }
}
