extension JSONValue {
    /// This value as JSON text. Numbers that JSON cannot hold (infinities, not-a-number) become `null`.
    ///
    /// - Parameter pretty: One member a line, indented by two spaces, instead of no spaces at all.
    public func serialized(pretty: Bool = false) -> String {
        var text = ""
        self.write(to: &text, indentation: pretty ? 0 : nil)
        return text
    }

    private func write(to text: inout String, indentation: Int?) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let value): text += value.isFinite ? "\(value)" : "null"
        case .string(let value): Self.write(value, to: &text)
        case .array(let elements):
            Self.writeAll(elements, "[", "]", to: &text, indentation) { element, text, inner in
                element.write(to: &text, indentation: inner)
            }
        case .object(let object):
            Self.writeAll(object.members, "{", "}", to: &text, indentation) { member, text, inner in
                Self.write(member.key, to: &text)
                text += inner == nil ? ":" : ": "
                member.value.write(to: &text, indentation: inner)
            }
        }
    }

    private static func writeAll<Part>(
        _ parts: [Part],
        _ open: String,
        _ close: String,
        to text: inout String,
        _ indentation: Int?,
        _ write: (Part, inout String, Int?) -> Void
    ) {
        let inner = indentation.map { $0 + 1 }
        text += open
        for (index, part) in parts.enumerated() {
            if index > 0 { text += "," }
            if let inner { text += "\n" + String(repeating: "  ", count: inner) }
            write(part, &text, inner)
        }
        if let indentation, !parts.isEmpty { text += "\n" + String(repeating: "  ", count: indentation) }
        text += close
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
