/// One way in which a value breaks a schema.
public struct JSONSchemaViolation: Hashable, Sendable {
    /// From the root to the value, or to the key, that is wrong.
    public var instancePath: [JSONPathElement]
    /// Whether the key at the end of the path is wrong (unknown, forbidden, badly named) rather than its value.
    public var isAboutKey: Bool
    /// JSON Pointer to the keyword in the schema document, such as `/properties/a/maximum`.
    public var schemaPath: String
    /// The keyword that failed, such as `maximum`; `false` for a schema that allows nothing.
    public var keyword: String
    /// One line for people, without control characters. Names the value, unless it is `writeOnly`.
    public var message: String

    public init(
        instancePath: [JSONPathElement],
        isAboutKey: Bool,
        schemaPath: String,
        keyword: String,
        message: String
    ) {
        self.instancePath = instancePath
        self.isAboutKey = isAboutKey
        self.schemaPath = schemaPath
        self.keyword = keyword
        self.message = message
    }
}
