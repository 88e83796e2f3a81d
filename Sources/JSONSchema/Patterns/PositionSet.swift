/// A set of places in a text; without allocation for texts of up to 63 scalars.
struct PositionSet: Hashable {
    private var first: UInt64 = 0
    private var rest: [UInt64] = []

    /// - Parameter count: Of places, from 0.
    init(count: Int) {
        if count > 64 { self.rest = Array(repeating: 0, count: (count - 1) / 64) }
    }

    var isEmpty: Bool { self.first == 0 && self.rest.allSatisfy { $0 == 0 } }

    func contains(_ position: Int) -> Bool {
        let word = position < 64 ? self.first : self.rest[position / 64 - 1]
        return word >> UInt64(position % 64) & 1 == 1
    }

    mutating func insert(_ position: Int) {
        let bit: UInt64 = 1 << UInt64(position % 64)
        if position < 64 { self.first |= bit } else { self.rest[position / 64 - 1] |= bit }
    }

    mutating func formUnion(_ other: Self) {
        self.first |= other.first
        for index in self.rest.indices { self.rest[index] |= other.rest[index] }
    }

    mutating func subtract(_ other: Self) {
        self.first &= ~other.first
        for index in self.rest.indices { self.rest[index] &= ~other.rest[index] }
    }

    /// Calls with each member, in order.
    func forEach(_ body: (Int) -> Void) {
        Self.forEach(in: self.first, offset: 0, body)
        for (index, word) in self.rest.enumerated() where word != 0 {
            Self.forEach(in: word, offset: (index + 1) * 64, body)
        }
    }

    private static func forEach(in word: UInt64, offset: Int, _ body: (Int) -> Void) {
        var word = word
        while word != 0 {
            body(offset + word.trailingZeroBitCount)
            word &= word - 1
        }
    }
}
