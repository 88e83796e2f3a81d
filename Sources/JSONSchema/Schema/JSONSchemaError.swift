import MessageText

/// Why a document is not a schema that can be used.
public struct JSONSchemaError: Error, Hashable, Sendable {
    /// JSON Pointer to the place in the schema document.
    public var schemaPath: String
    public var message: String

    public init(schemaPath: String, message: String) {
        self.schemaPath = schemaPath
        // It may quote the schema, as a pattern's error does.
        self.message = message.escapedForMessage(limit: 512)
    }
}

extension JSONSchemaError: CustomStringConvertible {
    public var description: String { "#\(self.schemaPath.escapedForMessage(limit: 256)): \(self.message)" }
}
