import MessageText

extension SchemaEvaluator {
    mutating func check(
        _ object: JSONObject,
        _ value: JSONValue,
        _ rules: Shared<ObjectRules>,
        _ node: SchemaNode,
        _ context: Context
    ) -> Bool {
        var isValid = self.checkCounts(object, value, rules, node, context)
        for name in rules.value.required where object[name] == nil {
            isValid = self.fail(node, "required", name: name, value, context) {
                "required field \"\(name.escapedForMessage())\" is missing"
            }
        }
        guard isValid || context.collects else { return false }
        if !rules.value.properties.isEmpty || rules.value.additionalProperties != nil
            || !rules.value.patternProperties.isEmpty
        {
            for member in object.members {
                isValid = self.check(member, of: object, rules, node, context) && isValid
                guard isValid || context.collects else { return false }
            }
        }
        if let schema = rules.value.names {
            for member in object.members {
                isValid = self.checkName(member.key, schema, context) && isValid
                guard isValid || context.collects else { return false }
            }
        }
        for (key, dependency) in rules.value.dependencies where object[key] != nil {
            switch dependency {
            case .fields(let names):
                for name in names where object[name] == nil {
                    isValid = self.fail(node, "dependencies", name: key, value, context) {
                        "field \"\(key.escapedForMessage())\" needs field \"\(name.escapedForMessage())\" as well"
                    }
                }
            case .schema(let schema):
                isValid = self.check(schema, value, context) && isValid
            }
            guard isValid || context.collects else { return false }
        }
        return isValid
    }

    private mutating func checkCounts(
        _ object: JSONObject,
        _ value: JSONValue,
        _ rules: Shared<ObjectRules>,
        _ node: SchemaNode,
        _ context: Context
    ) -> Bool {
        var isValid = true
        if let minimum = rules.value.minimumCount, object.count < minimum {
            isValid = self.fail(node, "minProperties", value, context) {
                "\(Self.counted(object.count, "field", "fields")); at least \(Self.counted(minimum, "is", "are")) needed"
            }
        }
        if let maximum = rules.value.maximumCount, object.count > maximum {
            isValid = self.fail(node, "maxProperties", value, context) {
                "\(Self.counted(object.count, "field", "fields")); at most \(Self.counted(maximum, "is", "are")) allowed"
            }
        }
        return isValid
    }

    private mutating func check(
        _ member: JSONObject.Member,
        of object: JSONObject,
        _ rules: Shared<ObjectRules>,
        _ node: SchemaNode,
        _ context: Context
    ) -> Bool {
        var isValid = true
        var isKnown = false
        if let schema = rules.value.properties[member.key] {
            isKnown = true
            isValid = self.check(member, schema, "properties", node, context) {
                "field \"\(member.key.escapedForMessage())\" is not allowed here"
            }
        }
        for (pattern, schema) in rules.value.patternProperties where pattern.matches(member.key) {
            isKnown = true
            isValid =
                self.check(member, schema, "patternProperties", node, context) {
                    "field \"\(member.key.escapedForMessage())\" is not allowed here"
                } && isValid
        }
        if !isKnown, let schema = rules.value.additionalProperties {
            isValid =
                self.check(member, schema, "additionalProperties", node, context) {
                    Self.unknownFieldMessage(member.key, object, rules)
                } && isValid
        }
        return isValid
    }

    private mutating func check(
        _ member: JSONObject.Member,
        _ schema: Int,
        _ keyword: String,
        _ node: SchemaNode,
        _ context: Context,
        forbidden: () -> String
    ) -> Bool {
        guard self.program.nodes[schema].rules.allowsNothing else {
            return self.checkPart(schema, member.value, at: .key(member.key), context)
        }
        // `{value}` in a message about a key is the key.
        return self.fail(
            node,
            keyword,
            name: member.key,
            isAboutKey: true,
            .string(member.key),
            context,
            message: forbidden
        )
    }

    private static func unknownFieldMessage(_ key: String, _ object: JSONObject, _ rules: Shared<ObjectRules>) -> String
    {
        let message = "unknown field \"\(key.escapedForMessage())\""
        // A field that is there already is not the one that was meant.
        let candidates = rules.value.propertyNames.filter { object[$0] == nil }
        guard let nearest = Spelling.nearest(to: key, among: candidates) else { return message }
        return message + "; did you mean \"\(nearest.escapedForMessage())\"?"
    }

    private mutating func checkName(_ name: String, _ schema: Int, _ context: Context) -> Bool {
        guard context.collects else { return self.check(schema, .string(name), context) }
        let first = self.violations.count
        self.path.append(.key(name))
        defer { self.path.removeLast() }
        let isValid = self.check(schema, .string(name), context)
        for index in self.violations.indices.dropFirst(first) { self.violations[index].isAboutKey = true }
        return isValid
    }
}
