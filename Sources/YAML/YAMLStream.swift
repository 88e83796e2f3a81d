/// A YAML text read into trees, with everything that is wrong with it.
public struct YAMLStream: Sendable {
    /// In order. Of a text with a syntax error or over a limit, those before it; a text with other problems still
    /// yields its tree, so that the rest can be checked as well.
    public var documents: [YAMLDocument]
    /// By place.
    public var problems: [YAMLProblem]

    public init(documents: [YAMLDocument], problems: [YAMLProblem]) {
        self.documents = documents
        self.problems = problems
    }
}

extension YAMLStream {
    /// Reads UTF-8, or UTF-16 with a byte order mark. Whatever the bytes, this returns, soon, and says what is wrong.
    public init(parsing bytes: [UInt8], limits: YAMLLimits = .init()) {
        guard bytes.count <= limits.maximumBytes else {
            let message = "the file has \(bytes.count) bytes; at most \(limits.maximumBytes) are read"
            let mark = YAMLMark(line: 1, column: 1)
            self.init(
                documents: [],
                problems: [YAMLProblem(mark: mark, message: message, rule: "yaml/size-limit")]
            )
            return
        }
        let text: YAMLText
        do {
            text = try YAMLText(decoding: bytes)
        } catch {
            self.init(documents: [], problems: [error])
            return
        }
        var composer = YAMLComposer(text: text, limits: limits)
        composer.run()
        self.init(documents: composer.documents, problems: composer.problems.sorted { $0.mark < $1.mark })
    }
}
