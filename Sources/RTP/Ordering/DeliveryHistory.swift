/// Which of the last numbers were passed on: tells a duplicate from a packet that came too late.
///
/// Numbers are counted from the beginning, without a wrap. Only losses are noted, so that a stream without any costs
/// nothing.
struct DeliveryHistory: Sendable {
    /// How many numbers before the last lost one it knows. A power of two.
    static let capacity = 64 * wordCount
    private static let wordCount = 32

    /// The first number of the stream.
    private let start: Int
    /// The number after the last lost one. Everything from here on was passed on.
    private var lossEnd: Int
    /// A bit for each of the `capacity` numbers before `lossEnd`: whether it was lost.
    private var lost = InlineArray<32, UInt64>(repeating: 0)

    init(from start: Int) {
        self.start = start
        lossEnd = start
    }

    /// - Parameter first: everything between the last lost number and this one was passed on.
    mutating func noteLost(_ count: Int, from first: Int) {
        let end = first + count
        for number in max(lossEnd, end - Self.capacity)..<end { set(number, lost: number >= first) }
        lossEnd = end
    }

    /// Whether a number was passed on. The caller knows that it was passed.
    func wasDelivered(_ number: Int) -> Bool {
        if number >= lossEnd { return true }
        guard number >= start, lossEnd - number <= Self.capacity else { return false }
        let index = number & (Self.capacity - 1)
        return lost[index >> 6] >> UInt64(index & 63) & 1 == 0
    }

    private mutating func set(_ number: Int, lost isLost: Bool) {
        let index = number & (Self.capacity - 1)
        let bit: UInt64 = 1 << UInt64(index & 63)
        if isLost { lost[index >> 6] |= bit } else { lost[index >> 6] &= ~bit }
    }
}
