/// The types that `type` names, as a set.
struct JSONTypes: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    static let null = Self(rawValue: 1)
    static let boolean = Self(rawValue: 2)
    static let integer = Self(rawValue: 4)
    static let number = Self(rawValue: 8)
    static let string = Self(rawValue: 16)
    static let array = Self(rawValue: 32)
    static let object = Self(rawValue: 64)

    private static let names: [(name: String, type: Self, title: String)] = [
        ("null", .null, "null"),
        ("boolean", .boolean, "true or false"),
        ("integer", .integer, "a whole number"),
        ("number", .number, "a number"),
        ("string", .string, "a string"),
        ("array", .array, "a list"),
        ("object", .object, "an object"),
    ]

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    init?(name: String) {
        guard let entry = Self.names.first(where: { $0.name == name }) else { return nil }
        self = entry.type
    }

    /// The types that a value has: a whole number is both an integer and a number.
    init(of value: JSONValue) {
        self =
            switch value {
            case .null: .null
            case .bool: .boolean
            case .integer: [.integer, .number]
            case .number(let number): number.rounded() == number && number.isFinite ? [.integer, .number] : .number
            case .string: .string
            case .array: .array
            case .object: .object
            }
    }

    /// As in `a number or a list`.
    var title: String {
        // Whoever may write a number may write a whole one.
        let shown = self.contains(.number) ? self.subtracting(.integer) : self
        return Self.names.filter { shown.contains($0.type) }.map(\.title).joinedForPeople("or")
    }
}

extension [String] {
    /// `a`, `a or b`, `a, b or c`.
    func joinedForPeople(_ conjunction: String) -> String {
        guard let last = self.last, self.count > 1 else { return self.first ?? "" }
        return self.dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }
}
