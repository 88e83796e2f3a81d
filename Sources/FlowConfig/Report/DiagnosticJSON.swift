import FlowModel
import JSONSchema

/// Diagnostics as a JSON document of our own.
enum DiagnosticJSON {
    static func report(_ diagnostics: [Diagnostic]) -> JSONValue {
        let errors = diagnostics.count { $0.severity == .error }
        return [
            "valid": .bool(errors == 0),
            "errors": .integer(Int64(errors)),
            "warnings": .integer(Int64(diagnostics.count - errors)),
            "diagnostics": .array(diagnostics.map(value)),
        ]
    }

    private static func value(_ diagnostic: Diagnostic) -> JSONValue {
        [
            "file": .string(diagnostic.file),
            "line": .integer(Int64(diagnostic.line)),
            "column": .integer(Int64(diagnostic.column)),
            "severity": .string(diagnostic.severity.rawValue),
            "field": .string(diagnostic.field),
            "message": .string(diagnostic.message),
            "rule": .string(diagnostic.rule),
        ]
    }
}
