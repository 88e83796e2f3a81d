import FlowModel

/// Adds to diagnostics the line that each is about.
///
/// A broken file may hold a secret anywhere, as the value of a misspelt key or where the text stops being YAML. So
/// what is shown is picked: punctuation, the schema's own keys, values of those that are no secrets, and what the
/// message names as well.
struct ExcerptWriter {
    /// Characters of a line that are shown, and lines of one file.
    static let maximumCharacters = 160
    static let maximumLines = 100

    private let bytes: [UInt8]
    private let schema: FlowSchema

    init(bytes: [UInt8], schema: FlowSchema) {
        self.bytes = bytes
        self.schema = schema
    }

    func addExcerpts(to diagnostics: inout [Diagnostic]) {
        let wanted = Set(diagnostics.lazy.filter { $0.line > 0 && $0.column > 0 }.prefix(Self.maximumLines).map(\.line))
        guard !wanted.isEmpty else { return }
        let lines = lines(wanted)
        for index in diagnostics.indices {
            guard let line = lines[diagnostics[index].line] else { continue }
            diagnostics[index].excerpt = excerpt(of: line, for: diagnostics[index])
        }
    }

    /// The lines of these numbers, from 1; none that is no text.
    private func lines(_ wanted: Set<Int>) -> [Int: String] {
        var found: [Int: String] = [:]
        for (offset, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        where wanted.contains(offset + 1) {
            let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            found[offset + 1] = String(validating: text, as: UTF8.self)
        }
        return found
    }

    private func excerpt(of line: String, for diagnostic: Diagnostic) -> SourceExcerpt? {
        let keys = diagnostic.field.split { $0 == "." || $0 == "[" }.map(String.init)
        let isSecret = keys.contains { schema.secretKeys.contains($0) }
        var masking = LineMasking(
            line: line,
            column: diagnostic.column,
            message: diagnostic.message,
            shownKeys: isSecret ? [] : schema.plainKeys.subtracting(Self.hiddenKeys),
            namedKeys: schema.plainKeys.union(schema.secretKeys).union(schema.secretMembers),
            memberKeys: schema.secretMembers,
            field: keys.last { Int($0.dropLast()) == nil } ?? ""
        )
        var excerpt = masking.run()
        excerpt.before = shortened(excerpt.before, fromEnd: true)
        excerpt.offending = shortened(excerpt.offending)
        excerpt.after = shortened(excerpt.after)
        return excerpt
    }

    /// Their values may hold a password by mistake, such as that of a URL.
    private static let hiddenKeys: Set<String> = ["source", "url", "username"]

    private func shortened(_ text: String, fromEnd: Bool = false) -> String {
        let shown = text.escapedForOneLine
        guard shown.count > Self.maximumCharacters else { return shown }
        return fromEnd ? "…\(shown.suffix(Self.maximumCharacters))" : "\(shown.prefix(Self.maximumCharacters))…"
    }
}
