/// Numbers as people read them.
enum Quantity {
    /// `5.02 Mbit/s`, `640 kbit/s`, `-` for nothing.
    static func bitRate(_ bitsPerSecond: Int64) -> String {
        guard bitsPerSecond > 0 else { return "-" }
        let units: [(name: String, size: Int64)] = [
            ("Gbit/s", 1_000_000_000), ("Mbit/s", 1_000_000), ("kbit/s", 1_000),
        ]
        // From 999.5 on the next unit reads better than four digits.
        for unit in units where bitsPerSecond >= unit.size - unit.size / 2_000 {
            return "\(decimal(Double(bitsPerSecond) / Double(unit.size))) \(unit.name)"
        }
        return "\(bitsPerSecond) bit/s"
    }

    /// `1.2 GB` in powers of 1,000.
    static func bytes(_ count: UInt64) -> String {
        let units: [(name: String, size: UInt64)] = [
            ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000),
        ]
        for unit in units where count >= unit.size - unit.size / 2_000 {
            return "\(decimal(Double(count) / Double(unit.size))) \(unit.name)"
        }
        return "\(count) B"
    }

    /// `45s`, `3m12s`, `5h07m`, `12d4h`: two units at most.
    static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "-" }
        let whole = Int64(min(seconds, 1e12))
        let (days, hours, minutes) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60)
        if days > 0 { return "\(days)d\(hours)h" }
        if hours > 0 { return "\(hours)h\(twoDigits(minutes))m" }
        if minutes > 0 { return "\(minutes)m\(twoDigits(whole % 60))s" }
        return "\(whole)s"
    }

    /// `0%`, `0.02%`, `<0.01%`; `-` when nothing was expected.
    static func loss(lost: UInt64, received: UInt64) -> String {
        let expected = Double(lost) + Double(received)
        guard expected > 0 else { return "-" }
        guard lost > 0 else { return "0%" }
        let percent = Double(lost) / expected * 100
        return percent < 0.01 ? "<0.01%" : "\(decimal(percent))%"
    }

    /// `12.3 ms`
    static func milliseconds(_ value: Double) -> String {
        value.isFinite ? "\(decimal(value)) ms" : "-"
    }

    /// Three digits that count: `5.02`, `50.2`, `502`.
    static func decimal(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "-" }
        let places: Int64 = abs(value) < 9.995 ? 100 : abs(value) < 99.95 ? 10 : 1
        let scaled = Int64((value * Double(places)).rounded())
        guard places > 1, scaled % places != 0 else { return "\(scaled / places)" }
        let (whole, fraction) = (abs(scaled) / places, abs(scaled) % places)
        let digits = places == 100 ? twoDigits(fraction) : "\(fraction)"
        return "\(scaled < 0 ? "-" : "")\(whole).\(digits)"
    }

    private static func twoDigits(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
