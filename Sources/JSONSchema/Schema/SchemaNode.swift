/// A compiled schema or subschema. Others are named by their index in the ``SchemaProgram``.
final class SchemaNode: Sendable {
    /// JSON Pointer to it in the document.
    let pointer: String
    let rules: SchemaRules

    init(pointer: String, rules: SchemaRules) {
        self.pointer = pointer
        self.rules = rules
    }
}

/// The keywords of a schema, by the kind of value that they are about.
struct SchemaRules: Sendable {
    var allowsNothing = false
    /// `writeOnly`: the value must not be shown.
    var isSecret = false
    var messages: SchemaMessages?
    /// `$ref`, next to which draft-07 ignores all assertions.
    var reference: Int?
    var types: JSONTypes?
    var enumeration: [JSONValue]?
    var constant: JSONValue?
    var number: Shared<NumberRules>?
    var text: Shared<TextRules>?
    var array: Shared<ArrayRules>?
    var object: Shared<ObjectRules>?
    var logic: Shared<LogicRules>?
}

/// Holds a value so that passing it on costs one reference count, not one for each of its parts.
final class Shared<Value: Sendable>: Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}

struct NumberRules: Sendable {
    var multipleOf: JSONValue?
    var maximum: JSONValue?
    var exclusiveMaximum: JSONValue?
    var minimum: JSONValue?
    var exclusiveMinimum: JSONValue?
}

struct TextRules: Sendable {
    /// In Unicode scalars.
    var minimumLength: Int?
    var maximumLength: Int?
    var pattern: SchemaPattern?
    var format: SchemaFormat?
}

struct ArrayRules: Sendable {
    var minimumCount: Int?
    var maximumCount: Int?
    var mustBeUnique = false
    /// `items` if it is one schema.
    var items: Int?
    /// `items` if it is a list.
    var tuple: [Int] = []
    var additionalItems: Int?
    var contains: Int?
}

struct ObjectRules: Sendable {
    enum Dependency: Sendable {
        case fields([String])
        case schema(Int)
    }

    var minimumCount: Int?
    var maximumCount: Int?
    var required: [String] = []
    var properties: [String: Int] = [:]
    /// In the order of the document, for suggestions.
    var propertyNames: [String] = []
    var patternProperties: [(pattern: SchemaPattern, schema: Int)] = []
    var additionalProperties: Int?
    var dependencies: [(key: String, dependency: Dependency)] = []
    var names: Int?
}

struct LogicRules: Sendable {
    var allOf: [Int] = []
    var anyOf: [Int] = []
    var oneOf: [Int] = []
    var not: Int?
    var condition: Int?
    var consequence: Int?
    var alternative: Int?

    /// The schemas that are about the same value.
    var all: [Int] {
        self.allOf + self.anyOf + self.oneOf
            + [self.not, self.condition, self.consequence, self.alternative].compactMap(\.self)
    }
}

/// All nodes that a schema document was compiled to.
final class SchemaProgram: Sendable {
    let nodes: [SchemaNode]
    let root: Int
    /// Names of properties that some subschema calls `writeOnly`: wherever they occur, their values are not shown,
    /// since other subschemas may speak of the same place.
    let secretNames: Set<String>

    init(nodes: [SchemaNode], root: Int) {
        self.nodes = nodes
        self.root = root
        var names: Set<String> = []
        for node in nodes {
            for (name, index) in node.rules.object?.value.properties ?? [:] where Self.isSecret(index, nodes) {
                names.insert(name)
            }
        }
        self.secretNames = names
    }

    /// Compiled schemas have no cycles of schemas about the same value, so this ends.
    private static func isSecret(_ index: Int, _ nodes: [SchemaNode]) -> Bool {
        var todo = [index]
        var seen: Set<Int> = []
        while let next = todo.popLast() {
            guard seen.insert(next).inserted else { continue }
            let rules = nodes[next].rules
            if rules.isSecret { return true }
            if let reference = rules.reference { todo.append(reference) }
            todo += rules.logic?.value.all ?? []
        }
        return false
    }
}
