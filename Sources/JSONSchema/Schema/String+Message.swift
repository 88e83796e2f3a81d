extension String {
    /// This text made fit for a one-line message: control, format (also bidirectional and invisible), separator,
    /// private and unassigned characters become `\u{…}`, and what is longer than `limit` scalars ends in `…`.
    func escapedForMessage(limit: Int = 64) -> String {
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

extension JSONValue {
    /// The value in a message: its text if it is small, else what it is.
    var shownInMessage: String {
        switch self {
        case .null: "null"
        case .bool(let value): String(value)
        case .integer(let value): String(value)
        case .number(let value):
            if let whole = Int64(exactly: value) { String(whole) } else { "\(value)" }
        case .string(let value): "\"\(value.escapedForMessage())\""
        case .array(let elements): elements.isEmpty ? "an empty list" : "a list"
        case .object(let object): object.isEmpty ? "an empty object" : "an object"
        }
    }
}
