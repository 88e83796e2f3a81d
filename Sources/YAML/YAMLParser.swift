import CLibYAML

/// What libyaml found next, copied out of its memory. Indices count scalars from 0.
struct YAMLEvent {
    enum Kind {
        case documentStart(isImplicit: Bool)
        case documentEnd
        case scalar(YAMLScalar)
        case sequenceStart(tag: String?, isFlow: Bool)
        case mappingStart(tag: String?, isFlow: Bool)
        case collectionEnd
        case alias(String)
        case streamEnd
        case other
    }

    var kind: Kind
    var anchor: String?
    var startIndex: Int
    var endIndex: Int
}

/// Owns a libyaml parser over a text.
final class YAMLParser {
    /// At a stable address, since libyaml keeps a pointer from the parser to itself.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let isReady: Bool

    init(_ text: YAMLText) {
        self.parser = .allocate(capacity: 1)
        self.parser.initialize(to: yaml_parser_t())
        self.input = .allocate(capacity: text.utf8.count)
        _ = self.input.initialize(from: text.utf8)
        self.isReady = yaml_parser_initialize(self.parser) == 1
        if self.isReady {
            yaml_parser_set_encoding(self.parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(self.parser, self.input.baseAddress, self.input.count)
        }
    }

    deinit {
        if self.isReady { yaml_parser_delete(self.parser) }
        self.parser.deallocate()
        self.input.deallocate()
    }

    /// The next event, or `nil` where the text is not YAML: then ask `failure`.
    func next() -> YAMLEvent? {
        var event = yaml_event_t()
        guard self.isReady, yaml_parser_parse(self.parser, &event) == 1 else { return nil }
        defer { yaml_event_delete(&event) }
        var anchor: String?
        let kind: YAMLEvent.Kind
        switch event.type {
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: kind = .streamEnd
        case YAML_DOCUMENT_START_EVENT: kind = .documentStart(isImplicit: event.data.document_start.implicit != 0)
        case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: kind = .collectionEnd
        case YAML_ALIAS_EVENT: kind = .alias(Self.text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            anchor = Self.text(scalar.anchor)
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            kind = .scalar(
                YAMLScalar(
                    text: String(decoding: bytes, as: UTF8.self),
                    isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
                    tag: Self.text(scalar.tag)
                )
            )
        case YAML_SEQUENCE_START_EVENT:
            let sequence = event.data.sequence_start
            anchor = Self.text(sequence.anchor)
            kind = .sequenceStart(tag: Self.text(sequence.tag), isFlow: sequence.style == YAML_FLOW_SEQUENCE_STYLE)
        case YAML_MAPPING_START_EVENT:
            let mapping = event.data.mapping_start
            anchor = Self.text(mapping.anchor)
            kind = .mappingStart(tag: Self.text(mapping.tag), isFlow: mapping.style == YAML_FLOW_MAPPING_STYLE)
        default: kind = .other
        }
        return YAMLEvent(
            kind: kind,
            anchor: anchor,
            startIndex: event.start_mark.index,
            endIndex: event.end_mark.index
        )
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    /// What libyaml says of the text after `next` returned `nil`; its sentences hold nothing of the text.
    var failure: YAMLFailure {
        guard self.isReady else {
            return YAMLFailure(problem: "out of memory", problemIndex: 0, context: nil, contextIndex: 0)
        }
        let parser = self.parser.pointee
        return YAMLFailure(
            problem: parser.problem.map { String(cString: $0) } ?? "out of memory",
            problemIndex: parser.problem_mark.index,
            context: parser.context.map { String(cString: $0) },
            contextIndex: parser.context_mark.index
        )
    }
}
