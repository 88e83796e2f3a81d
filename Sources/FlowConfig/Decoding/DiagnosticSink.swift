import FlowModel
import YAML

/// Collects what is wrong with one file.
///
/// A schema and the decoder look at the same values; what is reported first at a place stands, so that a value that
/// the schema refused is not refused a second time in other words.
final class DiagnosticSink {
    let file: String
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var errorCount = 0
    private var refusedPlaces: Set<YAMLMark> = []

    init(file: String) {
        self.file = file
    }

    /// Adds an error about a value; nothing if the value at that place was refused already.
    func refuse(_ mark: YAMLMark, _ field: String, _ message: String, rule: String) {
        guard refusedPlaces.isEmpty || !refusedPlaces.contains(mark) else { return }
        refusedPlaces.insert(mark)
        add(mark, field, message, rule: rule)
    }

    /// Adds an error, whatever else is wrong at that place.
    func add(_ mark: YAMLMark, _ field: String, _ message: String, rule: String) {
        errorCount += 1
        refusedPlaces.insert(mark)
        append(mark, field, message, rule: rule, severity: .error)
    }

    /// Adds a warning about a value; nothing if the value at that place was refused.
    func warn(_ mark: YAMLMark, _ field: String, _ message: String, rule: String) {
        guard !refusedPlaces.contains(mark) else { return }
        append(mark, field, message, rule: rule, severity: .warning)
    }

    private func append(
        _ mark: YAMLMark,
        _ field: String,
        _ message: String,
        rule: String,
        severity: Diagnostic.Severity
    ) {
        diagnostics.append(
            Diagnostic(
                file: file,
                line: mark.line,
                column: mark.column,
                severity: severity,
                field: field,
                message: message,
                rule: rule
            )
        )
    }
}
