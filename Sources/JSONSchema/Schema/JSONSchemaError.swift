/// Why a document is not a schema that can be used.
public struct JSONSchemaError: Error, Hashable, Sendable {
    /// JSON Pointer to the place in the schema document.
    public var schemaPath: String
    public var message: String

    public init(schemaPath: String, message: String) {
        self.schemaPath = schemaPath
        self.message = message
    }
}

extension JSONSchemaError: CustomStringConvertible {
    public var description: String { "#\(self.schemaPath.escapedForMessage(limit: 256)): \(self.message)" }
}
