/// Puts the sections of one PID together from packet payloads, ISO/IEC 13818-1 §2.4.4.
///
/// Memory follows bytes received: a section that lies within one packet is passed on from there, and only a split one
/// is collected, up to the limit.
struct SectionAssembler: Sendable {
    /// PAT and PMT sections are at most this long (`section_length` up to 1021, §2.4.4.4).
    static let maximumSectionBytes = 1024

    /// Longer ones are dropped.
    private let limit: Int
    /// The beginning of a section whose rest has yet to come.
    private var partial: [UInt8] = []

    init(maximumSectionBytes: Int = Self.maximumSectionBytes) {
        limit = maximumSectionBytes
    }

    /// Forgets a half-received section, as after a lost packet.
    mutating func reset() {
        partial.removeAll(keepingCapacity: true)
    }

    /// Takes the payload of the next packet and passes on each section that it completes.
    mutating func consume(
        _ payload: UnsafeRawBufferPointer,
        startsUnit: Bool,
        section: (UnsafeRawBufferPointer) -> Void
    ) {
        guard startsUnit else {
            if !partial.isEmpty { continueSection(payload, section: section) }
            return
        }
        guard let pointer = payload.first, 1 + Int(pointer) <= payload.count else {
            reset()
            return
        }
        let start = 1 + Int(pointer)
        if !partial.isEmpty { continueSection(UnsafeRawBufferPointer(rebasing: payload[1..<start]), section: section) }
        reset()
        startSections(UnsafeRawBufferPointer(rebasing: payload[start...]), section: section)
    }

    private mutating func startSections(_ bytes: UnsafeRawBufferPointer, section: (UnsafeRawBufferPointer) -> Void) {
        var rest = bytes
        // 0xFF where a table_id would be is stuffing up to the end of the packet.
        while let tableID = rest.first, tableID != 0xFF {
            guard let length = Self.sectionLength(rest) else {
                partial.append(contentsOf: rest)
                return
            }
            guard length <= limit else { return }
            guard rest.count >= length else {
                partial.append(contentsOf: rest)
                return
            }
            section(UnsafeRawBufferPointer(rebasing: rest[..<length]))
            rest = UnsafeRawBufferPointer(rebasing: rest[length...])
        }
    }

    private mutating func continueSection(_ bytes: UnsafeRawBufferPointer, section: (UnsafeRawBufferPointer) -> Void) {
        partial.append(contentsOf: bytes)
        guard let length = partial.withUnsafeBytes(Self.sectionLength) else { return }
        guard length <= limit else {
            reset()
            return
        }
        guard partial.count >= length else { return }
        partial.withUnsafeBytes { section(UnsafeRawBufferPointer(rebasing: $0[..<length])) }
        reset()
    }

    /// The whole length that the section's header claims, or nil when the header is not there yet.
    private static func sectionLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count >= 3 else { return nil }
        return 3 + (Int(bytes[1] & 0x0F) << 8 | Int(bytes[2]))
    }
}
