import FlowModel
import Testing

@Suite("Diagnostics")
struct DiagnosticTests {
    @Test("One line: place, severity, field, message, rule")
    func line() {
        let diagnostic = Diagnostic(
            file: "flows.d/a.yaml",
            line: 9,
            column: 14,
            field: "inputs[0].latency",
            message: "90s is above the maximum of 10s",
            rule: "schema/maximum"
        )
        #expect(
            diagnostic.description
                == "flows.d/a.yaml:9:14: error: inputs[0].latency: 90s is above the maximum of 10s [schema/maximum]"
        )
    }

    @Test("A problem of the whole file has no line, one of the document no field")
    func wholeFile() {
        let diagnostic = Diagnostic(file: "x.yaml", severity: .warning, message: "is empty", rule: "file/empty")
        #expect(diagnostic.description == "x.yaml: warning: is empty [file/empty]")
    }
}
