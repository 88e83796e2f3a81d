import JSONSchema
import YAML

/// Turns YAML nodes into the JSON values that schemas judge.
struct NodeConversion {
    let textKeys: Set<String>
    /// Whether `null` or `~` stood where text belongs.
    private(set) var sawNullText = false

    init(textKeys: Set<String>) {
        self.textKeys = textKeys
    }

    mutating func value(of node: YAMLNode) -> JSONValue {
        value(of: node, isText: false)
    }

    /// Depth is bounded by the limits under which the tree was read.
    private mutating func value(of node: YAMLNode, isText: Bool) -> JSONValue {
        switch node.content {
        case .scalar(let scalar):
            if isText, let text = scalar.fieldText {
                if scalar.looksLikeNull { sawNullText = true }
                return .string(text)
            }
            return Self.value(of: scalar)
        case .sequence(let nodes):
            var elements: [JSONValue] = []
            elements.reserveCapacity(nodes.count)
            for node in nodes { elements.append(value(of: node, isText: isText)) }
            return .array(elements)
        case .mapping(let pairs):
            var members: [(String, JSONValue)] = []
            members.reserveCapacity(pairs.count)
            for pair in pairs {
                guard case .scalar(let key) = pair.key.content else { continue }
                members.append((key.text, value(of: pair.value, isText: textKeys.contains(key.text))))
            }
            return .object(JSONObject(members))
        }
    }

    private static func value(of scalar: YAMLScalar) -> JSONValue {
        switch scalar.value {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .float(let value): .number(value)
        case .string(let value): .string(value)
        }
    }
}
