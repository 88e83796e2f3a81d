/// One problem with one place in a flow file.
public struct Diagnostic: Hashable, Sendable, Codable {
    public enum Severity: String, Hashable, Sendable, Codable {
        case error
        case warning
    }

    /// The file as the operator names it: a path, or `-` for standard input.
    public var file: String
    /// From 1; 0 when the problem is with the file as a whole.
    public var line: Int
    /// From 1, in characters; 0 when the problem is with the file as a whole.
    public var column: Int
    public var severity: Severity
    /// The field, `inputs[0].latency`; empty for the document or the file.
    public var field: String
    /// A sentence that says what is wrong and, where it helps, what would be right. One line, no secrets.
    public var message: String
    /// A stable identifier, `schema/maximum`.
    public var rule: String
    /// The line of the text, where there is one to show.
    public var excerpt: SourceExcerpt?

    public init(
        file: String,
        line: Int = 0,
        column: Int = 0,
        severity: Severity = .error,
        field: String = "",
        message: String,
        rule: String
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.severity = severity
        self.field = field
        self.message = message
        self.rule = rule
    }
}

extension Diagnostic: CustomStringConvertible {
    /// `FILE:LINE:COLUMN: error: WHERE: WHAT [RULE]`
    public var description: String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        let fieldText = field.isEmpty ? "" : "\(field): "
        return "\(place): \(severity.rawValue): \(fieldText)\(message) [\(rule)]"
    }
}
