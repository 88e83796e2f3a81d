/// A set of Unicode scalars, as a character class names it.
struct ScalarSet: Hashable, Sendable {
    private var lowBits: UInt64 = 0
    private var highBits: UInt64 = 0
    /// Ranges outside of ASCII.
    private var ranges: [ClosedRange<UInt32>] = []
    private var isNegated = false

    init() {}

    init(_ ranges: [ClosedRange<UInt32>]) {
        for range in ranges { self.insert(range) }
    }

    mutating func insert(_ value: UInt32) {
        self.insert(value...value)
    }

    mutating func insert(_ range: ClosedRange<UInt32>) {
        if range.lowerBound < 128 {
            for value in range.lowerBound...min(range.upperBound, 127) {
                if value < 64 { self.lowBits |= 1 << UInt64(value) } else { self.highBits |= 1 << UInt64(value - 64) }
            }
        }
        if range.upperBound >= 128 { self.ranges.append(max(range.lowerBound, 128)...range.upperBound) }
    }

    mutating func formUnion(_ other: Self) {
        for range in other.allRanges { self.insert(range) }
    }

    var complement: Self {
        var result = self
        result.isNegated.toggle()
        return result
    }

    func contains(_ value: UInt32) -> Bool {
        let isMember =
            if value < 64 {
                self.lowBits >> UInt64(value) & 1 == 1
            } else if value < 128 {
                self.highBits >> UInt64(value - 64) & 1 == 1
            } else {
                self.ranges.contains { $0.contains(value) }
            }
        return isMember != self.isNegated
    }

    /// The members as ranges, also of a negated set.
    private var allRanges: [ClosedRange<UInt32>] {
        var plain = self
        plain.isNegated = false
        var ascii = (0..<128 as Range<UInt32>).filter(plain.contains).map { $0...$0 }
        ascii += self.ranges
        guard self.isNegated else { return ascii }
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ascii.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10FFFF { result.append(next...0x10FFFF) }
        return result
    }

    // ECMA-262 §22.2.2.9 (classes) and §12.2, §12.3 (white space, line terminators).
    static let digits = Self([0x30...0x39])
    static let wordCharacters = Self([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let lineTerminators = Self([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])
    static let whitespace = Self([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
}
