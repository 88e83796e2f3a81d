import FlowModel

/// A file's problem as `headgate validate` would print it.
enum FileProblemLine {
    static func render(_ problem: FileProblem, in path: String) -> String {
        Diagnostic(
            file: path,
            line: problem.line,
            column: problem.column,
            severity: problem.severity,
            field: problem.field,
            message: problem.message,
            rule: problem.rule
        ).description.escapedForOneLine
    }
}
