/// Evaluates a schema against one value.
struct SchemaEvaluator {
    /// What an evaluation knows of its surroundings.
    struct Context {
        /// Whether violations are wanted, or only whether there is one.
        var collects: Bool
        var isSecret: Bool
        var evaluationDepth = 0
        var instanceDepth = 0

        var silent: Self {
            var result = self
            result.collects = false
            return result
        }
    }

    let program: SchemaProgram
    var violations: [JSONSchemaViolation] = []
    /// Of the value under evaluation; kept while violations are wanted.
    var path: [JSONPathElement] = []
    private var evaluations = 0
    /// Why the evaluation was given up.
    private(set) var refusal: String?

    init(_ program: SchemaProgram) {
        self.program = program
    }

    mutating func violations(of value: JSONValue) -> [JSONSchemaViolation] {
        let isValid = self.check(self.program.root, value, Context(collects: true, isSecret: false))
        if let refusal {
            self.violations.append(
                JSONSchemaViolation(
                    instancePath: [],
                    isAboutKey: false,
                    schemaPath: "",
                    keyword: "limit",
                    message: refusal
                )
            )
        }
        if isValid && self.refusal == nil { return [] }
        var seen: Set<JSONSchemaViolation> = []
        self.violations.removeAll { !seen.insert($0).inserted }
        return Array(self.violations.prefix(JSONSchema.maximumViolations))
    }

    /// Whether the value is valid; notes why not if the context wants that.
    mutating func check(_ index: Int, _ value: JSONValue, _ outer: Context) -> Bool {
        var context = outer
        context.evaluationDepth += 1
        self.evaluations += 1
        guard self.refusal == nil, self.mayGoOn(context) else { return false }
        let node = self.program.nodes[index]
        context.isSecret = context.isSecret || node.rules.isSecret
        guard context.collects, let message = node.rules.messages?.whole else {
            return self.check(node, value, context)
        }
        let first = self.violations.count
        let isValid = self.check(node, value, context)
        if !isValid { self.replace(from: first, with: message, value, context) }
        return isValid
    }

    private mutating func mayGoOn(_ context: Context) -> Bool {
        if self.evaluations > JSONSchema.maximumEvaluations {
            self.refusal = "checking this takes too long; it is given up"
        } else if context.instanceDepth > JSONSchema.maximumInstanceDepth {
            self.refusal = "nested more than \(JSONSchema.maximumInstanceDepth) levels deep"
        } else if context.evaluationDepth > JSONSchema.maximumEvaluationDepth {
            self.refusal = "the schema nests more than \(JSONSchema.maximumEvaluationDepth) levels deep here"
        }
        return self.refusal == nil
    }

    private mutating func check(_ node: SchemaNode, _ value: JSONValue, _ context: Context) -> Bool {
        if node.rules.allowsNothing {
            return self.fail(node, "false", value, context) { "nothing is allowed here" }
        }
        if let reference = node.rules.reference { return self.check(reference, value, context) }
        if let types = node.rules.types, types.isDisjoint(with: JSONTypes(of: value)) {
            // What other keywords say of a value of the wrong type only repeats this.
            return self.fail(node, "type", value, context) { Self.typeMessage(types, value, context) }
        }
        var isValid = self.checkAlternatives(node, value, context)
        guard isValid || context.collects else { return false }
        switch value {
        case .integer, .number:
            if let rules = node.rules.number { isValid = self.check(value, rules.value, node, context) && isValid }
        case .string(let text):
            if let rules = node.rules.text { isValid = self.check(text, value, rules, node, context) && isValid }
        case .array(let elements):
            if let rules = node.rules.array { isValid = self.check(elements, value, rules, node, context) && isValid }
        case .object(let object):
            if let rules = node.rules.object { isValid = self.check(object, value, rules, node, context) && isValid }
        case .null, .bool: break
        }
        guard isValid || context.collects else { return false }
        if let logic = node.rules.logic { isValid = self.check(value, logic, node, context) && isValid }
        return isValid
    }

    private mutating func checkAlternatives(_ node: SchemaNode, _ value: JSONValue, _ context: Context) -> Bool {
        var isValid = true
        if let constant = node.rules.constant, constant != value {
            isValid = self.fail(node, "const", value, context) {
                context.isSecret
                    ? "the value is not the one that is expected"
                    : "must be \(constant.shownInMessage), not \(value.shownInMessage)"
            }
        }
        if let allowed = node.rules.enumeration, !allowed.contains(value) {
            isValid = self.fail(node, "enum", value, context) { Self.enumerationMessage(allowed, value, context) }
        }
        return isValid
    }

    /// Notes a violation if they are wanted.
    ///
    /// - Parameter name: The key that the violation is about, for messages by key.
    /// - Parameter isAboutKey: Whether `name` also ends the path.
    /// - Returns: `false`
    mutating func fail(
        _ node: SchemaNode,
        _ keyword: String,
        name: String? = nil,
        isAboutKey: Bool = false,
        _ value: JSONValue,
        _ context: Context,
        message: () -> String
    ) -> Bool {
        guard context.collects, self.violations.count < JSONSchema.maximumViolations else { return false }
        var path = self.path
        if isAboutKey, let name { path.append(.key(name)) }
        let custom = node.rules.messages?.text(keyword: keyword, name: name)
        self.violations.append(
            JSONSchemaViolation(
                instancePath: path,
                isAboutKey: isAboutKey,
                schemaPath: node.pointer + (keyword == "false" ? "" : "/" + keyword),
                keyword: keyword,
                message: custom.map { Self.filled($0, value, context) } ?? message()
            )
        )
        return false
    }

    /// Puts a schema's own message in place of all that is wrong with the value itself.
    private mutating func replace(from first: Int, with message: String, _ value: JSONValue, _ context: Context) {
        guard first < self.violations.count else { return }
        var kept: [JSONSchemaViolation] = []
        var own: JSONSchemaViolation?
        for violation in self.violations[first...] {
            if violation.instancePath != self.path || violation.isAboutKey {
                kept.append(violation)
            } else if own == nil {
                own = violation
            }
        }
        guard var own else { return }
        own.message = Self.filled(message, value, context)
        self.violations.replaceSubrange(first..., with: [own] + kept)
    }

    /// Evaluates for a part of the value.
    mutating func checkPart(
        _ index: Int,
        _ value: JSONValue,
        at element: JSONPathElement,
        _ context: Context
    ) -> Bool {
        var inner = context
        inner.instanceDepth += 1
        guard context.collects else { return self.check(index, value, inner) }
        if case .key(let key) = element, !inner.isSecret, self.program.secretNames.contains(key) {
            inner.isSecret = true
        }
        self.path.append(element)
        defer { self.path.removeLast() }
        return self.check(index, value, inner)
    }

    /// Evaluates as if from anew, and says what was found without noting it.
    mutating func trial(_ index: Int, _ value: JSONValue, _ context: Context) -> [JSONSchemaViolation] {
        let outer = self.violations
        self.violations = []
        _ = self.check(index, value, context)
        defer { self.violations = outer }
        return self.violations
    }
}
