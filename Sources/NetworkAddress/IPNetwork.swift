/// A block of addresses in CIDR notation (RFC 4632). Host bits may be set in the text; they are masked away.
public struct IPNetwork: Hashable, Sendable {
    public let base: IPAddress
    public let prefixLength: Int

    /// Returns nil when the prefix is longer than the family's addresses.
    public init?(base: IPAddress, prefixLength: Int) {
        guard (0...base.family.bitWidth).contains(prefixLength) else { return nil }
        self.base = IPAddress(
            family: base.family,
            value: base.value & Self.mask(base.family, prefixLength)
        )
        self.prefixLength = prefixLength
    }

    /// One address alone.
    public init(_ address: IPAddress) {
        base = address
        prefixLength = address.family.bitWidth
    }

    /// Reads `203.0.113.7`, `203.0.113.7/28` or `2001:db8::/32`.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
        guard parts.count == 2 else {
            self.init(base: address, prefixLength: address.family.bitWidth)
            return
        }
        guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let length = Int(parts[1])
        else { return nil }
        self.init(base: address, prefixLength: length)
    }

    public func contains(_ address: IPAddress) -> Bool {
        address.family == base.family && address.value & Self.mask(base.family, prefixLength) == base.value
    }

    private static func mask(_ family: IPAddress.Family, _ prefixLength: Int) -> UInt128 {
        guard prefixLength > 0 else { return 0 }
        let all: UInt128 = family == .v4 ? 0xffff_ffff : .max
        return all & (all << UInt128(family.bitWidth - prefixLength))
    }
}

extension IPNetwork: CustomStringConvertible {
    public var description: String {
        prefixLength == base.family.bitWidth ? "\(base)" : "\(base)/\(prefixLength)"
    }
}
