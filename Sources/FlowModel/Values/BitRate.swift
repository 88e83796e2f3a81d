/// A data rate in bits per second.
public struct BitRate: Hashable, Sendable, Comparable {
    public var bitsPerSecond: Int64

    public init(bitsPerSecond: Int64) {
        self.bitsPerSecond = bitsPerSecond
    }

    public static func < (left: BitRate, right: BitRate) -> Bool {
        left.bitsPerSecond < right.bitsPerSecond
    }

    private static let units: [(suffix: String, factor: Int64)] = [
        ("Gbps", 1_000_000_000), ("Mbps", 1_000_000), ("kbps", 1_000), ("bps", 1),
    ]

    /// Reads `20Mbps`, `2.5Gbps`, `800kbps`, `64000bps` or a bare number of bits per second.
    ///
    /// Returns nil for anything else, for zero and for rates that are not a whole number of bits.
    public init?(_ text: String) {
        let unit = Self.units.first { text.hasSuffix($0.suffix) } ?? ("", 1)
        let digits = text.dropLast(unit.suffix.count)
        guard let bits = DecimalNumber(digits)?.multiplied(by: unit.factor), bits > 0 else { return nil }
        self.bitsPerSecond = bits
    }
}

extension BitRate: CustomStringConvertible {
    /// The shortest exact form, `20Mbps` rather than `20000000bps`.
    public var description: String {
        for unit in Self.units where bitsPerSecond != 0 && bitsPerSecond.isMultiple(of: unit.factor) {
            return "\(bitsPerSecond / unit.factor)\(unit.suffix)"
        }
        return "\(bitsPerSecond)bps"
    }
}
