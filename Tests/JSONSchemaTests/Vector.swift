import JSONSchema
import Testing

/// A schema, and values that it takes and refuses.
struct Vector: Sendable, CustomTestStringConvertible {
    var title: String
    var schema: String
    var valid: [String]
    var invalid: [String]

    init(_ title: String, _ schema: String, valid: [String] = [], invalid: [String] = []) {
        self.title = title
        self.schema = schema
        self.valid = valid
        self.invalid = invalid
    }

    var testDescription: String { self.title }

    func check() throws {
        let schema = try JSONSchema(JSONValue(parsing: self.schema))
        for text in self.valid {
            let violations = schema.validate(try JSONValue(parsing: text))
            #expect(violations.isEmpty, "\(text) must be valid against \(self.schema)")
        }
        for text in self.invalid {
            let violations = schema.validate(try JSONValue(parsing: text))
            #expect(!violations.isEmpty, "\(text) must be invalid against \(self.schema)")
        }
    }
}

/// The messages for a value, each with its place before it.
func messages(_ schema: String, _ value: String) throws -> [String] {
    try JSONSchema(JSONValue(parsing: schema)).validate(JSONValue(parsing: value)).map { violation in
        JSONPointer.text(violation.instancePath) + (violation.isAboutKey ? " (key): " : ": ") + violation.message
    }
}
