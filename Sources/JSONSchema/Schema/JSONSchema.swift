/// A JSON Schema of draft-07, compiled once and used many times.
///
/// Beyond the standard it knows `errorMessage` (a string, or strings by keyword, that replace its own messages) and
/// takes `writeOnly` to mean that the value is a secret and must not be quoted. Unknown keywords are ignored.
public struct JSONSchema: Sendable {
    /// Violations of one value that are reported.
    public static let maximumViolations = 100
    /// Levels of lists and objects of a value that are checked.
    public static let maximumInstanceDepth = 64
    /// Subschemas within subschemas that are followed.
    public static let maximumEvaluationDepth = 512
    /// Subschemas that are evaluated for one value, before it is refused as too costly: schemas can be written that
    /// would take years.
    public static let maximumEvaluations = 2_000_000

    private let program: SchemaProgram

    /// - Parameter document: Every `$ref` must lead to a place in it.
    public init(_ document: JSONValue) throws(JSONSchemaError) {
        self.program = try SchemaCompiler.compile(document)
    }

    /// All violations, in the order of the value, at most ``maximumViolations``; none if the value is valid.
    public func validate(_ value: JSONValue) -> [JSONSchemaViolation] {
        var evaluator = SchemaEvaluator(self.program)
        return evaluator.violations(of: value)
    }
}
