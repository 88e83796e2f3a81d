extension Duration {
    private static let textUnits: [(suffix: String, nanoseconds: Int64)] = [
        ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    /// Reads `120ms`, `1.5s`, `2m` or `1h`, as flow files and flags write a duration.
    public init?(flowText text: String) {
        // "ms" is tried before "s" and "m", which it ends or starts with.
        guard let unit = Self.textUnits.first(where: { text.hasSuffix($0.suffix) }),
            let nanoseconds = DecimalNumber(text.dropLast(unit.suffix.count))?.multiplied(by: unit.nanoseconds)
        else { return nil }
        self = .nanoseconds(nanoseconds)
    }

    /// The form that `init(flowText:)` reads: `90s`, `1500ms`.
    public var flowText: String {
        let nanoseconds = wholeNanoseconds
        for unit in Self.textUnits.reversed() where nanoseconds != 0 && nanoseconds.isMultiple(of: unit.nanoseconds) {
            return "\(nanoseconds / unit.nanoseconds)\(unit.suffix)"
        }
        return "\(nanoseconds / 1_000_000)ms"
    }

    /// The duration in nanoseconds; durations of more than 292 years saturate.
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carry ? (seconds < 0 ? .min : .max) : sum
    }

    /// The duration in whole milliseconds, rounded towards zero.
    public var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }
}
