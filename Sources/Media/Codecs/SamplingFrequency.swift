/// The sampling frequencies that have an index, ISO/IEC 14496-3 table 1.18, in hertz.
public enum SamplingFrequency {
    private static let table = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
    ]

    /// Nil for the reserved indices 13 and 14, and for 15, which says that the rate follows.
    public static func rate(index: UInt8) -> Int? {
        index < table.count ? table[Int(index)] : nil
    }

    /// Nil when the rate has none.
    public static func index(rate: Int) -> UInt8? {
        table.firstIndex(of: rate).map { UInt8(truncatingIfNeeded: $0) }
    }
}
