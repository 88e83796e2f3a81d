import MessageText

/// libyaml's account of a syntax error. Indices count scalars from 0.
struct YAMLFailure {
    var problem: String
    var problemIndex: Int
    var context: String?
    var contextIndex: Int

    /// The account in words that help to find the slip.
    func problem(in text: YAMLText) -> YAMLProblem {
        let opened = text.mark(at: self.contextIndex)
        var index = self.problemIndex
        let message: String
        switch (self.problem, self.context) {
        case ("mapping values are not allowed in this context", _):
            message = "a \"key: value\" cannot stand here; check the indentation, and quote a text that contains \": \""
        case ("found character that cannot start any token", _):
            message = self.strayCharacter(text.scalar(at: index))
        case ("could not find expected ':'", _):
            index = self.contextIndex
            message = "expected \":\" after this key; check the indentation and the quotes"
        case ("found unexpected end of stream", "while scanning a quoted scalar"):
            index = self.contextIndex
            message = "this quote is never closed"
        case ("found unexpected document indicator", "while scanning a quoted scalar"):
            index = self.contextIndex
            message = "this quote is not closed before the document ends"
        case ("did not find expected key", "while parsing a block mapping"):
            message = "expected a key of the mapping that starts at \(opened); check the indentation and the quotes"
        case ("did not find expected '-' indicator", _):
            message = "expected \"- \" of the list that starts at \(opened); check the indentation"
        case ("did not find expected ',' or ']'", _):
            message = "expected \",\" or \"]\" in the list that starts at \(opened)"
        case ("did not find expected ',' or '}'", _):
            message = "expected \",\" or \"}\" in the mapping that starts at \(opened)"
        case ("did not find expected <document start>", _):
            message = "expected \"---\" or the end of the file; check the indentation"
        case (_, let context?):
            message = "\(self.problem), \(context) at \(opened)"
        case (_, nil):
            message = self.problem
        }
        return YAMLProblem(
            mark: text.mark(at: index),
            message: message.escapedForMessage(limit: 300),
            rule: "yaml/syntax"
        )
    }

    private func strayCharacter(_ scalar: Unicode.Scalar?) -> String {
        switch scalar {
        case "\t": "a tab cannot indent YAML; use spaces"
        case let scalar?: "nothing can start with \"\(String(scalar).escapedForMessage())\" here; quote the text"
        case nil: self.problem
        }
    }
}
