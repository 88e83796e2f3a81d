import JSONSchema
import MessageText
import YAML

/// What stands at a path in a document, and how messages call it.
struct NodePath {
    /// The value or, for a problem with a key, the key.
    let mark: YAMLMark
    /// The innermost node that the path reaches.
    let node: YAMLNode
    /// `inputs[0].latency`
    let field: String
    /// Whether the value is a secret or part of one; for a problem with a key, whether the key is.
    let isSecret: Bool

    init(_ path: [JSONPathElement], isAboutKey: Bool, in root: YAMLNode, schema: FlowSchema) {
        var node = root
        var mark = root.start
        var field = ""
        var isSecret = false
        for (offset, element) in path.enumerated() {
            let isLast = offset == path.count - 1
            switch (element, node.content) {
            case (.index(let index), .sequence(let nodes)) where nodes.indices.contains(index):
                node = nodes[index]
                mark = node.start
                field += "[\(index)]"
            case (.key(let key), .mapping(let pairs)):
                // Inside of a secret only the keys that the schema knows can be no secret themselves.
                if !isSecret || schema.secretMembers.contains(key) {
                    let shown = key.escapedForMessage()
                    field += field.isEmpty ? shown : ".\(shown)"
                }
                if let pair = pairs.first(where: { Self.text(of: $0.key) == key }) {
                    node = pair.value
                    mark = isLast && isAboutKey ? pair.key.start : pair.value.start
                }
                if !(isLast && isAboutKey) { isSecret = isSecret || schema.secretKeys.contains(key) }
            default:
                break
            }
        }
        self.node = node
        self.mark = mark
        self.field = field
        self.isSecret = isSecret
    }

    /// The value as a message may name it.
    var subject: String {
        if isSecret { return "the value" }
        switch node.content {
        case .scalar(let scalar): return scalar.text.asSubject
        case .sequence: return "a list"
        case .mapping: return "a mapping"
        }
    }

    private static func text(of node: YAMLNode) -> String? {
        if case .scalar(let scalar) = node.content { scalar.text } else { nil }
    }
}
