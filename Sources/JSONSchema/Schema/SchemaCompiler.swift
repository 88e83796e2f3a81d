import MessageText

/// Turns a schema document into a ``SchemaProgram``.
struct SchemaCompiler {
    private let resources: SchemaResources
    private var rules: [SchemaRules] = []
    private var pointers: [String] = []
    private var indices: [String: Int] = [:]
    /// Targets of `$ref` that are not compiled yet; kept apart so that recursion is as deep as the document only.
    private var waiting: [(index: Int, location: SchemaLocation)] = []

    static func compile(_ document: JSONValue) throws(JSONSchemaError) -> SchemaProgram {
        if let dialect = document.object?["$schema"]?.string {
            let known = ["http://json-schema.org/draft-07/schema", "http://json-schema.org/draft-06/schema"]
            guard known.contains(URIReference(dialect).document.replacingScheme) else {
                throw JSONSchemaError(
                    schemaPath: "/$schema",
                    message: "\"\(dialect.escapedForMessage())\" is not known; draft-07 is"
                )
            }
        }
        let root = SchemaLocation(value: document, pointer: "", base: URIReference(""))
        var compiler = Self(resources: try SchemaResources(root))
        let index = try compiler.compile(root, depth: 0)
        while let (index, location) = compiler.waiting.popLast() {
            try compiler.fill(index, location, depth: 0)
        }
        if let cycle = compiler.cycle {
            throw JSONSchemaError(
                schemaPath: compiler.pointers[cycle],
                message: "the schema leads back to itself without going deeper into the value"
            )
        }
        let nodes = zip(compiler.pointers, compiler.rules).map { SchemaNode(pointer: $0, rules: $1) }
        return SchemaProgram(nodes: nodes, root: index)
    }

    private init(resources: SchemaResources) {
        self.resources = resources
    }

    private mutating func reserve(_ location: SchemaLocation) -> (index: Int, isNew: Bool) {
        if let index = self.indices[location.pointer] { return (index, false) }
        let index = self.rules.count
        self.rules.append(SchemaRules())
        self.pointers.append(location.pointer)
        self.indices[location.pointer] = index
        return (index, true)
    }

    private mutating func compile(_ location: SchemaLocation, depth: Int) throws(JSONSchemaError) -> Int {
        let (index, isNew) = self.reserve(location)
        // A target of `$ref` that waits is filled later.
        if isNew { try self.fill(index, location, depth: depth) }
        return index
    }

    private mutating func fill(_ index: Int, _ location: SchemaLocation, depth: Int) throws(JSONSchemaError) {
        guard depth <= SchemaResources.maximumDepth else {
            throw JSONSchemaError(schemaPath: location.pointer, message: "nested too deep")
        }
        switch location.value {
        case .bool(let isAllowed): self.rules[index].allowsNothing = !isAllowed
        case .object(let object):
            self.rules[index] = try self.compile(SchemaKeywords(object, location), depth: depth + 1)
        default:
            throw JSONSchemaError(schemaPath: location.pointer, message: "a schema is an object, true or false")
        }
    }

    private mutating func compile(_ keywords: SchemaKeywords, depth: Int) throws(JSONSchemaError) -> SchemaRules {
        var rules = SchemaRules()
        rules.isSecret = keywords["writeOnly"] == .bool(true)
        rules.messages = SchemaMessages(keywords["errorMessage"])
        if keywords["$ref"] != nil {
            let reference = try keywords.string("$ref") ?? ""
            guard let target = self.resources.resolve(reference, base: keywords.location.innerBase) else {
                throw keywords.error("$ref", "\"\(reference.escapedForMessage())\" is not in this document")
            }
            let (index, isNew) = self.reserve(target)
            if isNew { self.waiting.append((index, target)) }
            rules.reference = index
            return rules
        }
        rules.types = try keywords.types()
        rules.enumeration = try keywords.list("enum")
        rules.constant = keywords["const"]
        rules.number = try keywords.numberRules().map(Shared.init)
        rules.text = try keywords.textRules().map(Shared.init)
        rules.array = try self.arrayRules(keywords, depth).map(Shared.init)
        rules.object = try self.objectRules(keywords, depth).map(Shared.init)
        rules.logic = try self.logicRules(keywords, depth).map(Shared.init)
        for name in ["definitions", "$defs"] {
            for member in try keywords.object(name)?.members ?? [] {
                _ = try self.compile(keywords.location.descend(name, member.key, into: member.value), depth: depth)
            }
        }
        return rules
    }

    private mutating func subschema(
        _ keywords: SchemaKeywords,
        _ name: String,
        _ depth: Int
    ) throws(JSONSchemaError) -> Int? {
        guard let value = keywords[name] else { return nil }
        return try self.compile(keywords.location.descend(name, into: value), depth: depth)
    }

    private mutating func subschemas(
        _ keywords: SchemaKeywords,
        _ name: String,
        _ depth: Int
    ) throws(JSONSchemaError) -> [Int] {
        guard let values = try keywords.list(name) else { return [] }
        guard !values.isEmpty else { throw keywords.error(name, "must not be empty") }
        var result: [Int] = []
        for (index, value) in values.enumerated() {
            result.append(
                try self.compile(keywords.location.descend(name, String(index), into: value), depth: depth)
            )
        }
        return result
    }

    private mutating func arrayRules(
        _ keywords: SchemaKeywords,
        _ depth: Int
    ) throws(JSONSchemaError) -> ArrayRules? {
        guard keywords.hasAny("minItems", "maxItems", "uniqueItems", "items", "additionalItems", "contains") else {
            return nil
        }
        var rules = ArrayRules()
        rules.minimumCount = try keywords.count("minItems")
        rules.maximumCount = try keywords.count("maxItems")
        rules.mustBeUnique = try keywords.flag("uniqueItems")
        rules.additionalItems = try self.subschema(keywords, "additionalItems", depth)
        if let list = keywords["items"]?.array {
            for (index, value) in list.enumerated() {
                rules.tuple.append(
                    try self.compile(keywords.location.descend("items", String(index), into: value), depth: depth)
                )
            }
        } else {
            rules.items = try self.subschema(keywords, "items", depth)
            // Without a list of items, `additionalItems` says nothing (validation §6.4.2).
            rules.additionalItems = nil
        }
        rules.contains = try self.subschema(keywords, "contains", depth)
        return rules
    }

    private mutating func objectRules(
        _ keywords: SchemaKeywords,
        _ depth: Int
    ) throws(JSONSchemaError) -> ObjectRules? {
        guard
            keywords.hasAny(
                "minProperties",
                "maxProperties",
                "required",
                "properties",
                "patternProperties",
                "additionalProperties",
                "dependencies",
                "propertyNames"
            )
        else { return nil }
        var rules = ObjectRules()
        let location = keywords.location
        rules.minimumCount = try keywords.count("minProperties")
        rules.maximumCount = try keywords.count("maxProperties")
        rules.required = try keywords.strings("required") ?? []
        for member in try keywords.object("properties")?.members ?? [] {
            rules.propertyNames.append(member.key)
            rules.properties[member.key] = try self.compile(
                location.descend("properties", member.key, into: member.value),
                depth: depth
            )
        }
        for member in try keywords.object("patternProperties")?.members ?? [] {
            let inner = location.descend("patternProperties", member.key, into: member.value)
            let pattern = try keywords.pattern(member.key, at: inner.pointer)
            rules.patternProperties.append((pattern, try self.compile(inner, depth: depth)))
        }
        rules.additionalProperties = try self.subschema(keywords, "additionalProperties", depth)
        for member in try keywords.object("dependencies")?.members ?? [] {
            if case .array = member.value {
                let names = try keywords.strings(member.value, at: "dependencies")
                rules.dependencies.append((member.key, .fields(names)))
            } else {
                let inner = location.descend("dependencies", member.key, into: member.value)
                rules.dependencies.append((member.key, .schema(try self.compile(inner, depth: depth))))
            }
        }
        rules.names = try self.subschema(keywords, "propertyNames", depth)
        return rules
    }

    private mutating func logicRules(
        _ keywords: SchemaKeywords,
        _ depth: Int
    ) throws(JSONSchemaError) -> LogicRules? {
        guard keywords.hasAny("allOf", "anyOf", "oneOf", "not", "if", "then", "else") else { return nil }
        var rules = LogicRules()
        rules.allOf = try self.subschemas(keywords, "allOf", depth)
        rules.anyOf = try self.subschemas(keywords, "anyOf", depth)
        rules.oneOf = try self.subschemas(keywords, "oneOf", depth)
        rules.not = try self.subschema(keywords, "not", depth)
        rules.condition = try self.subschema(keywords, "if", depth)
        rules.consequence = try self.subschema(keywords, "then", depth)
        rules.alternative = try self.subschema(keywords, "else", depth)
        return rules
    }

    /// A node from which schemas about the same value lead back to it, if there is one. Without recursion, since
    /// chains of `$ref` can be long.
    private var cycle: Int? {
        enum State { case unseen, open, done }
        let edges = self.rules.map { rules in
            var result = rules.logic?.value.all ?? []
            if let reference = rules.reference { result.append(reference) }
            for (_, dependency) in rules.object?.value.dependencies ?? [] {
                if case .schema(let index) = dependency { result.append(index) }
            }
            return result
        }
        var states = Array(repeating: State.unseen, count: edges.count)
        for start in edges.indices where states[start] == .unseen {
            var stack = [(node: start, next: 0)]
            states[start] = .open
            while let (node, next) = stack.last {
                guard next < edges[node].count else {
                    states[node] = .done
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].next += 1
                let target = edges[node][next]
                switch states[target] {
                case .open: return target
                case .unseen:
                    states[target] = .open
                    stack.append((target, 0))
                case .done: break
                }
            }
        }
        return nil
    }
}

extension String {
    /// The same with `http` for `https`.
    fileprivate var replacingScheme: String {
        self.hasPrefix("https:") ? "http:" + self.dropFirst(6) : self
    }
}
