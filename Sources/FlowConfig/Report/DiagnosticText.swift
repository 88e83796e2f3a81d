import FlowModel

/// A diagnostic as one line of a terminal: a file's name may hold what a terminal would obey.
struct DiagnosticText: CustomStringConvertible {
    let description: String

    init(of diagnostic: Diagnostic) {
        var shown = diagnostic
        shown.file = diagnostic.file.escapedForOneLine
        description = "\(shown)"
    }
}
