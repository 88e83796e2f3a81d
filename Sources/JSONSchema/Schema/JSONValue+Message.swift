import MessageText

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
