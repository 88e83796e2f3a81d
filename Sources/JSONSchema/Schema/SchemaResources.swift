/// Where a subschema is in its document, and which `$id` is in force around it.
struct SchemaLocation {
    var value: JSONValue
    var pointer: String
    var base: URIReference

    /// The base that its own `$id` sets (draft-07 core §8.2); `$ref` hides it.
    var innerBase: URIReference {
        guard let object = self.value.object, object["$ref"] == nil, let id = object["$id"]?.string else {
            return self.base
        }
        let reference = URIReference(id)
        guard !reference.document.isEmpty else { return self.base }
        return reference.resolved(against: self.base)
    }

    func descend(_ tokens: String..., into value: JSONValue) -> Self {
        let steps = tokens.map { "/" + JSONPointer.escape($0) }.joined()
        return Self(value: value, pointer: self.pointer + steps, base: self.innerBase)
    }
}

/// The subschemas of a document that have a URI of their own.
struct SchemaResources {
    /// Levels of a document that are looked into.
    static let maximumDepth = 256

    private var documents: [String: SchemaLocation] = [:]
    private var anchors: [String: SchemaLocation] = [:]

    init(_ root: SchemaLocation) throws(JSONSchemaError) {
        self.documents[""] = root
        self.documents[root.innerBase.document] = root
        try self.visit(root, depth: 0)
    }

    private mutating func visit(_ location: SchemaLocation, depth: Int) throws(JSONSchemaError) {
        guard depth <= Self.maximumDepth else {
            throw JSONSchemaError(
                schemaPath: location.pointer,
                message: "nested more than \(Self.maximumDepth) levels deep"
            )
        }
        guard let object = location.value.object else { return }
        if object["$ref"] == nil, let id = object["$id"]?.string {
            let reference = URIReference(id)
            let document = location.innerBase.document
            if let fragment = reference.decodedFragment, !fragment.isEmpty {
                self.anchors[document + "#" + fragment] = location
            }
            if !reference.document.isEmpty { self.documents[document] = location }
        }
        for member in object.members {
            switch member.key {
            case "items", "additionalItems", "contains", "additionalProperties", "propertyNames", "if", "then", "else",
                "not":
                if let list = member.value.array {
                    for (index, value) in list.enumerated() {
                        try self.visit(location.descend(member.key, String(index), into: value), depth: depth + 1)
                    }
                } else {
                    try self.visit(location.descend(member.key, into: member.value), depth: depth + 1)
                }
            case "allOf", "anyOf", "oneOf":
                for (index, value) in (member.value.array ?? []).enumerated() {
                    try self.visit(location.descend(member.key, String(index), into: value), depth: depth + 1)
                }
            case "properties", "patternProperties", "definitions", "$defs", "dependencies":
                for inner in member.value.object?.members ?? [] {
                    try self.visit(location.descend(member.key, inner.key, into: inner.value), depth: depth + 1)
                }
            default:
                break
            }
        }
    }

    /// What a `$ref` names, or `nil` if it is not in the document.
    func resolve(_ reference: String, base: URIReference) -> SchemaLocation? {
        let target = URIReference(reference).resolved(against: base)
        guard let fragment = target.decodedFragment else { return nil }
        if let anchored = self.anchors[target.document + "#" + fragment] { return anchored }
        guard var location = self.documents[target.document], let tokens = JSONPointer.tokens(fragment[...]) else {
            return nil
        }
        for token in tokens {
            switch location.value {
            case .object(let object):
                guard let value = object[token] else { return nil }
                location = location.descend(token, into: value)
            case .array(let elements):
                guard let index = Int(token), elements.indices.contains(index), String(index) == token else {
                    return nil
                }
                location = location.descend(token, into: elements[index])
            default:
                return nil
            }
        }
        return location
    }
}
