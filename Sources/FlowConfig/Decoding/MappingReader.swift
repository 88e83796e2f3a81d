import YAML

/// Reads typed fields from a YAML mapping.
///
/// A missing field and one of the wrong type both read as nil: the schema has reported them.
struct MappingReader {
    private let pairs: [YAMLPair]
    /// Where the mapping starts.
    let start: YAMLMark
    /// `inputs[0]`; empty for the document.
    let path: String
    /// The schema's name for what is read here.
    let definition: String
    let context: DecodingContext

    /// Nil when the node is no mapping.
    init?(_ node: YAMLNode, path: String, definition: String, context: DecodingContext) {
        guard case .mapping(let pairs) = node.content else { return nil }
        self.init(pairs: pairs, start: node.start, path: path, definition: definition, context: context)
    }

    private init(pairs: [YAMLPair], start: YAMLMark, path: String, definition: String, context: DecodingContext) {
        self.pairs = pairs
        self.start = start
        self.path = path
        self.definition = definition
        self.context = context
    }

    var sink: DiagnosticSink { context.sink }

    /// The same mapping, read by the rules of another definition.
    func narrowed(to definition: String) -> MappingReader {
        MappingReader(pairs: pairs, start: start, path: path, definition: definition, context: context)
    }

    func path(of key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }

    func node(_ key: String) -> YAMLNode? {
        context.observer?.decoderAsked(for: key, of: definition)
        return pairs.first { pair in
            if case .scalar(let scalar) = pair.key.content { scalar.text == key } else { false }
        }?.value
    }

    func position(of key: String) -> SourcePosition? {
        node(key)?.start.position
    }

    func child(_ key: String, definition: String) -> MappingReader? {
        node(key).flatMap { MappingReader($0, path: path(of: key), definition: definition, context: context) }
    }

    func sequence(_ key: String) -> [YAMLNode]? {
        guard case .sequence(let nodes)? = node(key)?.content else { return nil }
        return nodes
    }

    func text(_ key: String) -> String? {
        scalar(key)?.fieldText
    }

    func bool(_ key: String) -> Bool? {
        guard case .bool(let value)? = scalar(key)?.value else { return nil }
        return value
    }

    func integer(_ key: String) -> Int64? {
        guard let value = scalar(key)?.value else { return nil }
        switch value {
        case .integer(let number): return number
        // JSON Schema counts 9000.0 as an integer.
        case .float(let number): return Int64(exactly: number)
        case .null, .bool, .string: return nil
        }
    }

    func choice<Value: RawRepresentable<String>>(_ key: String, _ type: Value.Type = Value.self) -> Value? {
        text(key).flatMap(Value.init(rawValue:))
    }

    /// Adds an error about the value of a field.
    func refuse(_ key: String, _ message: String, rule: String) {
        sink.refuse(node(key)?.start ?? start, path(of: key), message, rule: rule)
    }

    private func scalar(_ key: String) -> YAMLScalar? {
        guard case .scalar(let scalar)? = node(key)?.content else { return nil }
        return scalar
    }
}
