import MessageText

extension SchemaEvaluator {
    /// References that are followed to find out which branch was meant.
    private static let maximumLookahead = 64

    mutating func check(_ value: JSONValue, _ rules: Shared<LogicRules>, _ node: SchemaNode, _ context: Context) -> Bool
    {
        var isValid = true
        for schema in rules.value.allOf {
            isValid = self.check(schema, value, context) && isValid
            guard isValid || context.collects else { return false }
        }
        if let condition = rules.value.condition {
            let branch =
                self.check(condition, value, context.silent) ? rules.value.consequence : rules.value.alternative
            if let branch { isValid = self.check(branch, value, context) && isValid }
            guard isValid || context.collects else { return false }
        }
        if !rules.value.anyOf.isEmpty {
            let hasMatch = rules.value.anyOf.contains { self.check($0, value, context.silent) }
            if !hasMatch {
                self.explain(rules.value.anyOf, "anyOf", value, node, context)
                isValid = false
            }
        }
        guard isValid || context.collects else { return false }
        if !rules.value.oneOf.isEmpty {
            isValid = self.checkOne(of: rules.value.oneOf, value, node, context) && isValid
        }
        if let schema = rules.value.not, self.check(schema, value, context.silent) {
            let message = context.collects ? self.notMessage(schema, value, context) : ""
            isValid = self.fail(node, "not", value, context) { message }
        }
        return isValid
    }

    private func notMessage(_ schema: Int, _ value: JSONValue, _ context: Context) -> String {
        if let names = self.requiredOnly(schema), !names.isEmpty {
            let fields = names.map { "\"\($0.escapedForMessage())\"" }.joinedForPeople("and")
            return names.count == 1 ? "field \(fields) is not allowed here" : "fields \(fields) exclude each other"
        }
        return "\(Self.shown(value, context)) is not allowed here"
    }

    private mutating func checkOne(
        of branches: [Int],
        _ value: JSONValue,
        _ node: SchemaNode,
        _ context: Context
    ) -> Bool {
        let matches = branches.indices.filter { self.check(branches[$0], value, context.silent) }
        switch matches.count {
        case 0:
            self.explain(branches, "oneOf", value, node, context)
            return false
        case 1:
            return true
        default:
            let required = matches.map { self.requiredOnly(branches[$0]) }
            return self.fail(node, "oneOf", value, context) {
                if required.allSatisfy({ $0 != nil }) {
                    let names = required.compactMap { $0?.first }.map { "\"\($0.escapedForMessage())\"" }
                    return "only one of \(names.joinedForPeople("and")) may be there"
                }
                let places = matches.map { String($0 + 1) }.joinedForPeople("and")
                return "fits forms \(places) of \(branches.count), but only one may fit"
            }
        }
    }

    /// Says why no branch fits, in terms of the branch that was meant.
    private mutating func explain(
        _ branches: [Int],
        _ keyword: String,
        _ value: JSONValue,
        _ node: SchemaNode,
        _ context: Context
    ) {
        guard context.collects, self.refusal == nil else { return }
        let ofType = branches.filter { self.mayFit($0, value) }
        guard !ofType.isEmpty else {
            let types = branches.reduce(into: JSONTypes()) { $0.formUnion(self.types(of: $1) ?? []) }
            _ = self.fail(node, keyword, value, context) {
                types.isEmpty || !types.isDisjoint(with: JSONTypes(of: value))
                    ? "\(Self.shown(value, context)) is none of what is allowed here"
                    : Self.typeMessage(types, value, context)
            }
            return
        }
        let required = branches.map { self.requiredOnly($0) }
        if case .object = value, required.allSatisfy({ $0 != nil }) {
            let choices = required.map { names in
                (names ?? []).map { "\"\($0.escapedForMessage())\"" }.joinedForPeople("and")
            }
            _ = self.fail(node, keyword, value, context) {
                "one of the fields \(choices.joinedForPeople("or")) is needed"
            }
            return
        }
        let chosen = ofType.filter { !self.isRuledOut($0, value) }
        let candidates = chosen.isEmpty ? ofType : chosen
        let hasMessage = node.rules.messages?.text(keyword: keyword, name: nil) != nil
        if candidates.count == 1, !hasMessage {
            if !self.check(candidates[0], value, context), self.refusal == nil { return }
        }
        var nearest: [JSONSchemaViolation]?
        for candidate in candidates {
            let found = self.trial(candidate, value, context)
            if found.count < nearest?.count ?? .max { nearest = found }
        }
        let depth = self.path.count
        _ = self.fail(node, keyword, value, context) {
            let shown = Self.shown(value, context)
            guard let first = nearest?.first else { return "\(shown) is none of what is allowed here" }
            let place = JSONPointer.text(Array(first.instancePath.dropFirst(depth))).escapedForMessage()
            let reason = place.isEmpty ? first.message : "\(place.dropFirst()): \(first.message)"
            return "fits none of the \(branches.count) allowed forms; the nearest says: \(reason)"
        }
    }

    /// The fields that a schema requires, if it says nothing else.
    private func requiredOnly(_ index: Int) -> [String]? {
        let rules = self.program.nodes[index].rules
        guard let object = rules.object?.value, !object.required.isEmpty, object.properties.isEmpty,
            object.patternProperties.isEmpty, object.additionalProperties == nil, object.dependencies.isEmpty,
            object.names == nil, object.minimumCount == nil, object.maximumCount == nil, rules.logic == nil,
            rules.constant == nil, rules.enumeration == nil
        else { return nil }
        return object.required
    }

    /// The types that a schema allows, through `$ref` and `allOf`, or `nil` if it does not say.
    private func types(of index: Int, depth: Int = 0) -> JSONTypes? {
        guard depth <= Self.maximumLookahead else { return nil }
        let rules = self.program.nodes[index].rules
        if rules.allowsNothing { return [] }
        if let reference = rules.reference { return self.types(of: reference, depth: depth + 1) }
        if let types = rules.types { return types.contains(.number) ? types.union(.integer) : types }
        if let constant = rules.constant { return JSONTypes(of: constant) }
        if let values = rules.enumeration { return values.reduce(into: []) { $0.formUnion(JSONTypes(of: $1)) } }
        let inner = rules.logic?.value.allOf.compactMap { self.types(of: $0, depth: depth + 1) } ?? []
        return inner.isEmpty ? nil : inner.dropFirst().reduce(inner[0]) { $0.intersection($1) }
    }

    private func mayFit(_ index: Int, _ value: JSONValue) -> Bool {
        self.types(of: index).map { !$0.isDisjoint(with: JSONTypes(of: value)) } ?? true
    }

    /// Whether a field such as `protocol` says that another branch is meant.
    private func isRuledOut(_ index: Int, _ value: JSONValue, depth: Int = 0) -> Bool {
        guard case .object(let object) = value, depth <= Self.maximumLookahead else { return false }
        let rules = self.program.nodes[index].rules
        if let reference = rules.reference { return self.isRuledOut(reference, value, depth: depth + 1) }
        for inner in rules.logic?.value.allOf ?? [] where self.isRuledOut(inner, value, depth: depth + 1) {
            return true
        }
        return (rules.object?.value.properties ?? [:]).contains { name, schema in
            guard let field = object[name] else { return false }
            let rules = self.program.nodes[schema].rules
            if let constant = rules.constant, constant != field { return true }
            if let allowed = rules.enumeration, !allowed.contains(field) { return true }
            return false
        }
    }
}
