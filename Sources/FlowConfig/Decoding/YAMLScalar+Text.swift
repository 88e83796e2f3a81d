import YAML

extension YAMLScalar {
    /// What the scalar means in a text field: its characters, letter for letter, so that `0123456789`, `007` and
    /// `yes` stay what they are. Nil where nothing was written, or where a tag says that it is not text.
    var fieldText: String? {
        guard let tag else { return isPlain && text.isEmpty ? nil : text }
        if case .string(let text) = value, tag == "!" || tag == "tag:yaml.org,2002:str" { return text }
        return nil
    }

    /// Whether somebody who wrote this in a text field may have meant "no value".
    var looksLikeNull: Bool {
        tag == nil && isPlain && !text.isEmpty && value == .null
    }
}

extension YAMLMark {
    var position: SourcePosition { SourcePosition(line: line, column: column) }
}
