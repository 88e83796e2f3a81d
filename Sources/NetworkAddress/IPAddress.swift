/// An IPv4 or IPv6 address as a value, without a port or a zone.
///
/// An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) is kept as the IPv4 address that it stands for, so that an
/// allowlist means the same on a dual-stack socket.
public struct IPAddress: Hashable, Sendable {
    public enum Family: Hashable, Sendable {
        case v4
        case v6

        /// The length of an address in bits.
        public var bitWidth: Int { self == .v4 ? 32 : 128 }
    }

    public let family: Family
    /// The address as a number; an IPv4 address stands in the low 32 bits.
    public let value: UInt128

    public init(v4 value: UInt32) {
        self.family = .v4
        self.value = UInt128(value)
    }

    public init(v6 value: UInt128) {
        if value >> 32 == 0xffff {
            self.family = .v4
            self.value = value & 0xffff_ffff
        } else {
            self.family = .v6
            self.value = value
        }
    }

    init(family: Family, value: UInt128) {
        self.family = family
        self.value = value
    }

    /// Reads dotted decimal (RFC 6943 §3.1.1 strict form: four parts, no leading zeros) or RFC 4291 §2.2 text.
    public init?(_ text: String) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let value = Self.parseV6(Substring(text)) else { return nil }
            self.init(v6: value)
        } else {
            guard let value = Self.parseV4(Substring(text)) else { return nil }
            self.init(v4: value)
        }
    }

    public var isMulticast: Bool {
        family == .v4 ? value >> 28 == 0xe : value >> 120 == 0xff
    }

    public var isLoopback: Bool {
        family == .v4 ? value >> 24 == 127 : value == 1
    }

    /// `0.0.0.0` or `::`: every address of this machine.
    public var isUnspecified: Bool { value == 0 }

    private static func parseV4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0"), let byte = UInt8(part)
            else { return nil }
            value = value << 8 | UInt32(byte)
        }
        return value
    }

    private static func parseV6(_ text: Substring) -> UInt128? {
        guard text.utf8.count <= 45 else { return nil }
        var head: [UInt16] = []
        var tail: [UInt16] = []
        var compressed = false
        var rest = text
        if rest.hasPrefix("::") {
            compressed = true
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let end = rest.firstIndex(of: ":") ?? rest.endIndex
            let group = rest[..<end]
            var words: [UInt16] = []
            if end == rest.endIndex, group.utf8.contains(UInt8(ascii: ".")) {
                guard let v4 = parseV4(group) else { return nil }
                words = [UInt16(v4 >> 16), UInt16(truncatingIfNeeded: v4)]
            } else {
                guard (1...4).contains(group.utf8.count), group.first != "+", group.first != "-",
                    let word = UInt16(group, radix: 16)
                else { return nil }
                words = [word]
            }
            if compressed { tail += words } else { head += words }
            guard end != rest.endIndex else { break }
            rest = rest[rest.index(after: end)...]
            if rest.hasPrefix(":") {
                guard !compressed else { return nil }
                compressed = true
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        let count = head.count + tail.count
        guard compressed ? count <= 7 : count == 8 else { return nil }
        let words = head + Array(repeating: 0, count: 8 - count) + tail
        return words.reduce(UInt128(0)) { $0 << 16 | UInt128($1) }
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted decimal, or RFC 5952 canonical text.
    public var description: String {
        switch family {
        case .v4:
            return [24, 16, 8, 0].map { String(UInt8(truncatingIfNeeded: value >> UInt128($0))) }.joined(separator: ".")
        case .v6:
            let words = (0..<8).map { UInt16(truncatingIfNeeded: value >> UInt128(112 - 16 * $0)) }
            var best = 0..<0
            var index = 0
            while index < 8 {
                guard words[index] == 0 else {
                    index += 1
                    continue
                }
                let start = index
                while index < 8, words[index] == 0 { index += 1 }
                if index - start > best.count { best = start..<index }
            }
            let text = { (range: Range<Int>) in words[range].map { String($0, radix: 16) }.joined(separator: ":") }
            guard best.count >= 2 else { return text(0..<8) }
            return text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
        }
    }
}
