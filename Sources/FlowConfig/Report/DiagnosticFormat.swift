public import FlowModel
import JSONSchema

/// How `headgate validate` prints what it found.
public enum DiagnosticFormat: String, Hashable, Sendable, CaseIterable {
    /// One line a problem.
    case text
    /// An object with `valid`, `errors`, `warnings` and the list `diagnostics`.
    case json
    /// SARIF 2.1.0, which code hosts show beside the lines.
    case sarif

    /// The whole report, ending in a newline unless it is empty.
    public func render(_ diagnostics: [Diagnostic]) -> String {
        switch self {
        case .text: diagnostics.map { "\(DiagnosticText(of: $0))\n" }.joined()
        case .json: DiagnosticJSON.report(diagnostics).serialized(pretty: true) + "\n"
        case .sarif: SARIFLog.report(diagnostics).serialized(pretty: true) + "\n"
        }
    }
}
