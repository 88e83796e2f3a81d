import YAML

/// A tree as one line, for comparison: plain scalars as they are, others in quotes.
func outline(_ node: YAMLNode?) -> String {
    guard let node else { return "(none)" }
    switch node.content {
    case .scalar(let scalar): return scalar.isPlain ? scalar.text : "\"\(scalar.text)\""
    case .sequence(let items): return "[" + items.map(outline).joined(separator: ", ") + "]"
    case .mapping(let pairs):
        return "{" + pairs.map { "\(outline($0.key)): \(outline($0.value))" }.joined(separator: ", ") + "}"
    }
}

func parse(_ text: String, limits: YAMLLimits = .init()) -> YAMLStream {
    YAMLStream(parsing: Array(text.utf8), limits: limits)
}

/// Problems as `line:column rule`.
func places(_ stream: YAMLStream) -> [String] {
    stream.problems.map { "\($0.mark.line):\($0.mark.column) \($0.rule)" }
}

extension YAMLNode {
    /// The value of a key, or the item at an index.
    subscript(key: String) -> YAMLNode? {
        switch self.content {
        case .mapping(let pairs):
            pairs.first { pair in
                if case .scalar(let scalar) = pair.key.content { scalar.text == key } else { false }
            }?.value
        case .sequence(let items): Int(key).flatMap { items.indices.contains($0) ? items[$0] : nil }
        case .scalar: nil
        }
    }

    var span: String { "\(self.start.line):\(self.start.column)-\(self.end.line):\(self.end.column)" }
}
