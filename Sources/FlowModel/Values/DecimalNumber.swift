/// A non-negative decimal number with up to nine digits after the point, kept exactly.
///
/// Durations and rates are written as `1.5s` and `2.5Mbps`; a `Double` would turn some of them into neighbours.
struct DecimalNumber {
    private let digits: Int64
    private let scale: Int64

    init?(_ text: Substring) {
        var digits: Int64 = 0
        var scale: Int64 = 1
        var seenPoint = false
        var seenDigit = false
        for character in text.utf8 {
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let (shifted, overflow) = digits.multipliedReportingOverflow(by: 10)
                let (sum, carry) = shifted.addingReportingOverflow(Int64(character - UInt8(ascii: "0")))
                guard !overflow, !carry else { return nil }
                digits = sum
                seenDigit = true
                if seenPoint {
                    guard scale < 1_000_000_000 else { return nil }
                    scale *= 10
                }
            case UInt8(ascii: "."):
                guard !seenPoint, seenDigit else { return nil }
                seenPoint = true
            default:
                return nil
            }
        }
        guard seenDigit, text.utf8.last != UInt8(ascii: ".") else { return nil }
        self.digits = digits
        self.scale = scale
    }

    /// The product, or nil when it overflows or is not a whole number.
    func multiplied(by factor: Int64) -> Int64? {
        let (product, overflow) = digits.multipliedReportingOverflow(by: factor)
        guard !overflow, product.isMultiple(of: scale) else { return nil }
        return product / scale
    }
}
