extension String {
    /// This text made fit for a one-line message: control, format (also bidirectional and invisible), separator,
    /// private and unassigned characters become `\u{…}`, and what is longer than `limit` scalars ends in `…`.
    public func escapedForMessage(limit: Int = 64) -> String {
        var result = ""
        var count = 0
        for scalar in self.unicodeScalars {
            guard count < limit else { return result + "…" }
            count += 1
            if scalar.isFitForMessage {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    fileprivate var isFitForMessage: Bool {
        if self.isASCII { return self.value >= 0x20 && self.value != 0x7F }
        return switch self.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }
}
